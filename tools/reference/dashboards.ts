/** The dashboards that are shipped in deploy/grafana. That each metric exists is held by test/system/alerts.test.ts. */
import type { Dashboard, Panel } from "./dashboard-json.ts";

type Told = Omit<Panel, "as" | "queries">;

const figure = (told: Told, expr: string): Panel => ({ ...told, as: "figure", queries: { "": expr } });

const lines = (told: Told, queries: Readonly<Record<string, string>>): Panel => ({
  ...told,
  as: "lines",
  queries,
});

const quantile = (share: number, histogram: string, by: string): string =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${histogram}_bucket[$__rate_interval])))`;

const ttc = "certmill_time_to_certificate_seconds";
const interactive = (share: number, offset = ""): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${ttc}_bucket{class="interactive"}[1h]${offset})))`;

export const dashboards: readonly Dashboard[] = [
  {
    uid: "certmill-overview",
    title: "Certmill: is it fine?",
    rows: [
      {
        title: "Now",
        panels: [
          figure(
            {
              title: "New domains wait (p95)",
              about: "From wanted to stored, over an hour.",
              unit: "s",
              worryFrom: 60,
            },
            interactive(0.95),
          ),
          figure(
            {
              title: "Near their end",
              about: "Served certificates that should have been renewed long ago.",
              unit: "short",
              worryFrom: 1,
            },
            "max(certmill_certificates_ending)",
          ),
          figure(
            {
              title: "Renewals late",
              about: "For no reason that a customer could mend.",
              unit: "short",
              worryFrom: 1,
            },
            "max(certmill_certificates_renewal_late)",
          ),
          figure(
            {
              title: "CAs without orders",
              about: "Their circuit breaker is open, or they asked for patience.",
              unit: "short",
              worryFrom: 1,
            },
            "count(max by (ca) (certmill_ca_gets_orders) == 0) or vector(0)",
          ),
          figure(
            {
              title: "Edges behind or silent",
              about: "They serve what they have.",
              unit: "short",
              worryFrom: 1,
            },
            "sum(max by (edge_group) (certmill_edges_behind)) + sum(max by (edge_group) (certmill_edges_silent))",
          ),
          figure(
            {
              title: "Oldest due work",
              about: "It grows where no worker does it.",
              unit: "s",
              worryFrom: 300,
            },
            "max(certmill_work_oldest_due_seconds)",
          ),
        ],
      },
      {
        title: "Certificates",
        panels: [
          lines(
            { title: "Time to certificate of new domains", about: "Today, and a week ago.", unit: "s" },
            {
              p50: interactive(0.5),
              p95: interactive(0.95),
              p99: interactive(0.99),
              "p95 a week ago": interactive(0.95, " offset 1w"),
            },
          ),
          lines(
            { title: "Issued and failed", about: "In an hour.", unit: "short" },
            {
              "issued, {{class}}": "sum by (class) (increase(certmill_certificates_issued_total[1h]))",
              "failed, {{party}}": "sum by (party) (increase(certmill_issuances_failed_total[1h]))",
            },
          ),
        ],
      },
      {
        title: "Waiting",
        panels: [
          lines(
            { title: "In line", about: "Certificates that wait to be ordered.", unit: "short" },
            { "{{class}} {{state}}": "max by (class, state) (certmill_queue_lineages)" },
          ),
          lines(
            { title: "Oldest in line", about: "By class; a campaign waits for all others.", unit: "s" },
            { "{{class}}": "max by (class) (certmill_queue_oldest_seconds)" },
          ),
        ],
      },
    ],
  },
  {
    uid: "certmill-issuance",
    title: "Certmill: issuance by CA and step",
    rows: [
      {
        title: "Steps",
        panels: [
          lines(
            { title: "Each step (p95)", about: "From the end of the one before.", unit: "s" },
            { "{{step}}": quantile(0.95, "certmill_step_seconds", ", step") },
          ),
          lines(
            {
              title: "Validation by CA (p95)",
              about: "From the challenges' being posted to the CA's word.",
              unit: "s",
            },
            {
              "{{ca}}":
                'histogram_quantile(0.95, sum by (le, ca) (rate(certmill_step_seconds_bucket{step="validation"}[$__rate_interval])))',
            },
          ),
          lines(
            {
              title: "Time to certificate by class (p95)",
              about: "Of campaigns and renewals it is mostly their turn in line.",
              unit: "s",
            },
            { "{{class}}": quantile(0.95, ttc, ", class") },
          ),
        ],
      },
      {
        title: "CAs",
        panels: [
          lines(
            { title: "Requests", about: "By what came back; none: no whole answer.", unit: "reqps" },
            {
              "{{ca}} {{status}}":
                "sum by (ca, status) (rate(certmill_ca_request_seconds_count[$__rate_interval]))",
            },
          ),
          lines(
            { title: "A request takes (p95)", about: "To the whole answer.", unit: "s" },
            { "{{ca}} {{resource}}": quantile(0.95, "certmill_ca_request_seconds", ", ca, resource") },
          ),
          lines(
            { title: "Orders in flight", about: "And whether the CA gets more.", unit: "short" },
            {
              "{{ca}}": "max by (ca) (certmill_ca_orders_in_flight)",
              "{{ca}} gets orders": "max by (ca) (certmill_ca_gets_orders)",
            },
          ),
        ],
      },
      {
        title: "Failures",
        panels: [
          lines(
            {
              title: "Ended without a certificate",
              about: "In an hour, by code. docs/operate has a page for each.",
              unit: "short",
            },
            {
              "{{code}} ({{party}})": "sum by (code, party) (increase(certmill_issuances_failed_total[1h]))",
            },
          ),
          lines(
            { title: "Delayed", about: "In an hour, by code.", unit: "short" },
            { "{{code}}": "sum by (code) (increase(certmill_issuances_delayed_total[1h]))" },
          ),
          lines(
            { title: "Checks before the first order", about: "In an hour.", unit: "short" },
            { "{{result}}": "sum by (result) (increase(certmill_checks_total[1h]))" },
          ),
        ],
      },
      {
        title: "Renewal",
        panels: [
          lines(
            { title: "Renewal information asked for", about: "By what came of it.", unit: "reqps" },
            {
              "{{ca}} {{result}}":
                "sum by (ca, result) (rate(certmill_renewal_polls_total[$__rate_interval]))",
            },
          ),
          lines(
            {
              title: "Renewals that CAs moved",
              about: "In an hour; urgent: into the past, as when a CA revokes.",
              unit: "short",
            },
            { "{{ca}} {{urgency}}": "sum by (ca, urgency) (increase(certmill_renewals_moved_total[1h]))" },
          ),
          lines(
            { title: "Late", about: "Renewals, and questions to CAs.", unit: "short" },
            {
              renewals: "max(certmill_certificates_renewal_late)",
              "oldest question (s)": "max(certmill_renewal_poll_oldest_due_seconds)",
            },
          ),
        ],
      },
    ],
  },
  {
    uid: "certmill-limits",
    title: "Certmill: limits and campaigns",
    rows: [
      {
        title: "New orders",
        panels: [
          lines(
            { title: "Left of the limit", about: "Of all that it lets begin at once.", unit: "percentunit" },
            { "{{ca}}": "max by (ca) (certmill_ca_orders_left / certmill_ca_orders_burst)" },
          ),
          lines(
            { title: "Full again in", about: "If nothing more is ordered.", unit: "s" },
            {
              "{{ca}}":
                "max by (ca) ((certmill_ca_orders_burst - certmill_ca_orders_left) / certmill_ca_orders_refill_per_second)",
            },
          ),
          lines(
            {
              title: "Refusals that the ledger did not see coming",
              about: "Another client uses the account, or the limit is stricter than we believe.",
              unit: "short",
            },
            { "{{ca}} {{limit}}": "sum by (ca, limit) (increase(certmill_budget_corrections_total[1h]))" },
          ),
        ],
      },
      {
        title: "Who waits for a limit",
        panels: [
          lines(
            {
              title: "Parked",
              about: "For a limit of their own, such as a registered domain's.",
              unit: "short",
            },
            { "{{ca}} {{limit}}": "max by (ca, limit) (certmill_queue_parked_lineages)" },
          ),
          lines(
            { title: "CAs that asked for patience", about: "503s, in an hour.", unit: "short" },
            { "{{ca}}": "sum by (ca) (increase(certmill_ca_slowed_total[1h]))" },
          ),
        ],
      },
      {
        title: "Campaigns",
        panels: [
          lines(
            { title: "Done", about: "Share of the list that is issued.", unit: "percentunit" },
            {
              "{{campaign}}": "max by (campaign) (certmill_campaign_issued / certmill_campaign_certificates)",
            },
          ),
          lines(
            { title: "Failing", about: "Their last attempt failed.", unit: "short" },
            { "{{campaign}}": "max by (campaign) (certmill_campaign_failed)" },
          ),
          figure(
            { title: "After its date", about: "As is forecast; the latest of all.", unit: "s", worryFrom: 1 },
            "max(certmill_campaign_late_seconds)",
          ),
        ],
      },
    ],
  },
  {
    uid: "certmill-edges",
    title: "Certmill: edges",
    rows: [
      {
        title: "From stored to served",
        panels: [
          lines(
            { title: "As the group's rule wants (p95)", about: "From storing.", unit: "s" },
            { "{{edge_group}}": quantile(0.95, "certmill_stored_to_served_seconds", ", edge_group") },
          ),
          lines(
            { title: "From issued to served (p95)", about: "From the CA's having issued it.", unit: "s" },
            { "{{edge_group}}": quantile(0.95, "certmill_issued_to_served_seconds", ", edge_group") },
          ),
          lines(
            { title: "Each edge by itself (p95)", about: "From storing.", unit: "s" },
            { "{{edge_group}}": quantile(0.95, "certmill_delivery_seconds", ", edge_group") },
          ),
        ],
      },
      {
        title: "Edges",
        panels: [
          lines(
            { title: "Edges", about: "All, silent, behind.", unit: "short" },
            {
              "{{edge_group}}": "max by (edge_group) (certmill_edges)",
              "{{edge_group}} silent": "max by (edge_group) (certmill_edges_silent)",
              "{{edge_group}} behind": "max by (edge_group) (certmill_edges_behind)",
            },
          ),
          lines(
            { title: "On the way", about: "Current certificates that too few edges serve.", unit: "short" },
            { "{{edge_group}}": "max by (edge_group) (certmill_edge_certificates_undelivered)" },
          ),
          lines(
            { title: "Oldest on the way", about: "Since it was stored.", unit: "s" },
            { "{{edge_group}}": "max by (edge_group) (certmill_edge_undelivered_oldest_seconds)" },
          ),
          lines(
            { title: "Refused by edges", about: "In an hour.", unit: "short" },
            { "{{edge_group}}": "sum by (edge_group) (increase(certmill_deliveries_failed_total[1h]))" },
          ),
        ],
      },
      {
        title: "Responder and webhooks",
        panels: [
          lines(
            { title: "Challenges asked for", about: "By result.", unit: "reqps" },
            { "{{result}}": "sum by (result) (rate(certmill_responder_requests_total[$__rate_interval]))" },
          ),
          lines(
            { title: "Webhook messages", about: "In an hour.", unit: "short" },
            { "{{result}}": "sum by (result) (increase(certmill_webhook_messages_total[1h]))" },
          ),
        ],
      },
    ],
  },
  {
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
        ],
      },
    ],
  },
];
