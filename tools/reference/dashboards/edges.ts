/** What is served, and how soon. */
import type { Dashboard } from "../dashboard-json.ts";
import { lines, quantile } from "./panels.ts";

export const edges: Dashboard = {
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
};
