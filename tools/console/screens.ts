/** Every screen of the console with its address, what stands on it once it is there, and whether its picture is in the documentation. */
export interface ConsoleScreen {
  readonly name: string;
  readonly path: string;
  /** The first heading. */
  readonly title: string;
  /** A text that comes with the data. */
  readonly shows: string | RegExp;
}

export const screens: readonly ConsoleScreen[] = [
  { name: "overview", path: "/", title: "Overview", shows: "Time to certificate" },
  { name: "domains", path: "/domains?state=failing", title: "Domains", shows: /example\.(com|net|org)/ },
  {
    name: "domain",
    path: "/domains/florist.example.com",
    title: "florist.example.com",
    shows: "What to change",
  },
  { name: "failures", path: "/failures", title: "Failures", shows: "By reason" },
  { name: "expiries", path: "/expiries", title: "Expiries", shows: "By week" },
  { name: "campaigns", path: "/campaigns", title: "Campaigns", shows: "spring" },
  { name: "campaign", path: "/campaigns/spring", title: "spring", shows: "Progress" },
  { name: "new-campaign", path: "/new-campaign", title: "New campaign", shows: "The list" },
  { name: "planner", path: "/plan", title: "Planner", shows: "What holds it back" },
  { name: "budgets", path: "/budgets", title: "Budgets", shows: "letsencrypt" },
  { name: "limits", path: "/limits", title: "Limits", shows: "new orders" },
  { name: "cas", path: "/cas", title: "CAs", shows: "letsencrypt" },
  { name: "edges", path: "/edges", title: "Edges", shows: "eu-west-1" },
  {
    name: "replacements",
    path: "/replacements",
    title: "Replacements",
    shows: "Nothing has had to be replaced yet.",
  },
  { name: "dns", path: "/dns", title: "DNS providers", shows: "There is no DNS provider yet." },
  { name: "tenants", path: "/tenants", title: "Tenants", shows: "tenant-1" },
  { name: "webhooks", path: "/webhooks", title: "Webhooks", shows: "There is no webhook yet." },
  { name: "tokens", path: "/tokens", title: "Tokens", shows: "No token works now." },
  { name: "people", path: "/people", title: "People", shows: "Ada Lovelace" },
  { name: "audit", path: "/audit", title: "Audit log", shows: "Answer" },
];
