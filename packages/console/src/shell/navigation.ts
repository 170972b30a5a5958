import { type Operation, operations } from "@certmill/api";

interface Place {
  readonly to: string;
  readonly label: string;
  /** Who may not call it has no use for the screen. */
  readonly needs: Operation;
}

interface Group {
  readonly label: string;
  readonly places: readonly Place[];
}

/** Every screen that is reached from everywhere, in the order of how often it is. */
export const navigation: readonly Group[] = [
  {
    label: "Now",
    places: [
      { to: "/", label: "Overview", needs: operations.showOverview },
      { to: "/domains", label: "Domains", needs: operations.listDomains },
      { to: "/failures", label: "Failures", needs: operations.reportFailures },
      { to: "/expiries", label: "Expiries", needs: operations.showOverview },
    ],
  },
  {
    label: "Plan",
    places: [
      { to: "/campaigns", label: "Campaigns", needs: operations.listCampaigns },
      { to: "/plan", label: "Planner", needs: operations.makePlan },
      { to: "/budgets", label: "Budgets", needs: operations.listBudgets },
      { to: "/limits", label: "Limits", needs: operations.listLimits },
      { to: "/replacements", label: "Replacements", needs: operations.listReplacements },
    ],
  },
  {
    label: "Set up",
    places: [
      { to: "/cas", label: "CAs", needs: operations.listCas },
      { to: "/edges", label: "Edges", needs: operations.listEdges },
      { to: "/dns", label: "DNS providers", needs: operations.listDnsProviders },
      { to: "/tenants", label: "Tenants", needs: operations.listTenants },
      { to: "/webhooks", label: "Webhooks", needs: operations.listWebhooks },
      { to: "/tokens", label: "Tokens", needs: operations.listTokens },
      { to: "/people", label: "People", needs: operations.listOperators },
      { to: "/audit", label: "Audit log", needs: operations.listAudit },
    ],
  },
];
