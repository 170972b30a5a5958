/** How certificates are obtained: by CA and by step. */
import type { Dashboard } from "../dashboard-json.ts";
import { lines, quantile, timeToCertificate } from "./panels.ts";

export const issuance: Dashboard = {
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
          { "{{class}}": quantile(0.95, timeToCertificate, ", class") },
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
        lines(
          {
            title: "Looks into Vault",
            about: "Before a first order, in an hour, by what came of them.",
            unit: "short",
          },
          { "{{result}}": "sum by (result) (increase(certmill_vault_looks_total[1h]))" },
        ),
      ],
    },
    {
      title: "Renewal",
      panels: [
        lines(
          { title: "Renewal information asked for", about: "By what came of it.", unit: "reqps" },
          {
            "{{ca}} {{result}}": "sum by (ca, result) (rate(certmill_renewal_polls_total[$__rate_interval]))",
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
};
