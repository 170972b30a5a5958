/** Is it fine? */
import type { Dashboard } from "../dashboard-json.ts";
import { figure, lines, timeToCertificate } from "./panels.ts";

const interactive = (share: number, offset = ""): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${timeToCertificate}_bucket{class="interactive"}[1h]${offset})))`;

export const overview: Dashboard = {
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
};
