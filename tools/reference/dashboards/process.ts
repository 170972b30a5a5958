/** The database and the processes. */
import type { Dashboard } from "../dashboard-json.ts";
import { lines } from "./panels.ts";

export const process: Dashboard = {
  uid: "certmill-process",
  title: "Certmill: database and process",
  rows: [
    {
      title: "Database",
      panels: [
        lines(
          {
            title: "Smallest statement",
            about: "Each step asks several times.",
            unit: "s",
            worryFrom: 0.02,
          },
          { "{{instance}}": "max by (instance) (certmill_database_round_trip_seconds)" },
        ),
        lines(
          {
            title: "Connections of each process",
            about: "Waiting: statements that have none.",
            unit: "short",
          },
          {
            "{{instance}} used": "certmill_database_pool_used",
            "{{instance}} waiting": "certmill_database_pool_waiting",
            "{{instance}} broken": "increase(certmill_database_pool_broken[1h])",
          },
        ),
        lines(
          {
            title: "Connections taken",
            about: "Of all that PostgreSQL lets ordinary clients have.",
            unit: "percentunit",
            worryFrom: 0.9,
          },
          { taken: "max(certmill_database_connections_used / certmill_database_connections_most)" },
        ),
        lines(
          { title: "Clock against the database's", about: "At most five seconds apart.", unit: "s" },
          { "{{instance}}": "abs(certmill_database_clock_ahead_seconds)" },
        ),
      ],
    },
    {
      title: "Workers",
      panels: [
        lines(
          {
            title: "Issuances under way",
            about: "At CERTMILL_WORKER_CONCURRENCY for long: it is full.",
            unit: "short",
          },
          { "{{instance}}": "certmill_worker_issuances" },
        ),
        lines(
          { title: "Since the last round", about: "Every few seconds.", unit: "s" },
          { "{{instance}}": "time() - certmill_worker_last_round_timestamp_seconds" },
        ),
        lines(
          { title: "Rounds that broke off", about: "The log says of what.", unit: "short" },
          { "{{instance}}": "increase(certmill_worker_errors_total[1h])" },
        ),
      ],
    },
    {
      title: "Processes",
      panels: [
        lines(
          { title: "CPU", about: "Cores.", unit: "short" },
          { "{{instance}}": "rate(process_cpu_seconds_total[$__rate_interval])" },
        ),
        lines(
          { title: "Memory", about: "Resident.", unit: "bytes" },
          { "{{instance}}": "process_resident_memory_bytes" },
        ),
        lines(
          {
            title: "Event loop lag (p99)",
            about: "A process that is busy sees everything as slow.",
            unit: "s",
          },
          { "{{instance}}": "nodejs_eventloop_lag_p99_seconds" },
        ),
        lines(
          {
            title: "Spans of traces",
            about:
              "Only where OTEL_* settings ask for traces. What is lost is missing in its trace, and nowhere else.",
            unit: "short",
          },
          { "{{result}}": "sum by (result) (rate(certmill_trace_spans_total[$__rate_interval]))" },
        ),
      ],
    },
  ],
};
