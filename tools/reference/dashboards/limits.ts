/** What the CAs allow, and the campaigns that live on it. */
import type { Dashboard } from "../dashboard-json.ts";
import { figure, lines } from "./panels.ts";

export const limits: Dashboard = {
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
};
