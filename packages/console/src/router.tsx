import { ApiError } from "@certmill/api";
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent as lazy,
  redirect,
} from "@tanstack/react-router";
import { Loading } from "./kit/asked.tsx";
import { sessionQuery } from "./server/session.ts";
import { Broken, NoSuchScreen } from "./shell/dead-ends.tsx";
import { auditSearch, domainsSearch, failuresSearch, signInSearch } from "./shell/search-params.ts";
import { Shell } from "./shell/shell.tsx";

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  notFoundComponent: NoSuchScreen,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: signInSearch,
  component: lazy(() => import("./screen/sign-in/sign-in-screen.tsx"), "SignInScreen"),
});

/** Everything that only somebody who has signed in sees. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw redirect({ to: "/sign-in", search: { back: location.href } });
    }
  },
});

/** What stands inside of it. Each screen is a file of its own, loaded when somebody goes there. */
const getParentRoute = () => inside;

const overview = createRoute({
  getParentRoute,
  path: "/",
  component: lazy(() => import("./screen/overview/overview-screen.tsx"), "OverviewScreen"),
});
const domains = createRoute({
  getParentRoute,
  path: "/domains",
  validateSearch: domainsSearch,
  component: lazy(() => import("./screen/domains/domains-screen.tsx"), "DomainsScreen"),
});
const domain = createRoute({
  getParentRoute,
  path: "/domains/$name",
  component: lazy(() => import("./screen/domain/domain-screen.tsx"), "DomainScreen"),
});
const failures = createRoute({
  getParentRoute,
  path: "/failures",
  validateSearch: failuresSearch,
  component: lazy(() => import("./screen/failures/failures-screen.tsx"), "FailuresScreen"),
});
const expiries = createRoute({
  getParentRoute,
  path: "/expiries",
  component: lazy(() => import("./screen/expiries/expiries-screen.tsx"), "ExpiriesScreen"),
});
const campaigns = createRoute({
  getParentRoute,
  path: "/campaigns",
  component: lazy(() => import("./screen/campaigns/campaigns-screen.tsx"), "CampaignsScreen"),
});
const campaign = createRoute({
  getParentRoute,
  path: "/campaigns/$name",
  component: lazy(() => import("./screen/campaigns/campaign-screen.tsx"), "CampaignScreen"),
});
const newCampaign = createRoute({
  getParentRoute,
  path: "/new-campaign",
  component: lazy(() => import("./screen/campaigns/new-campaign-screen.tsx"), "NewCampaignScreen"),
});
const plan = createRoute({
  getParentRoute,
  path: "/plan",
  component: lazy(() => import("./screen/plan/plan-screen.tsx"), "PlanScreen"),
});
const budgets = createRoute({
  getParentRoute,
  path: "/budgets",
  component: lazy(() => import("./screen/budgets/budgets-screen.tsx"), "BudgetsScreen"),
});
const limits = createRoute({
  getParentRoute,
  path: "/limits",
  component: lazy(() => import("./screen/limits/limits-screen.tsx"), "LimitsScreen"),
});
const cas = createRoute({
  getParentRoute,
  path: "/cas",
  component: lazy(() => import("./screen/cas/cas-screen.tsx"), "CasScreen"),
});
const edges = createRoute({
  getParentRoute,
  path: "/edges",
  component: lazy(() => import("./screen/edges/edges-screen.tsx"), "EdgesScreen"),
});
const replacements = createRoute({
  getParentRoute,
  path: "/replacements",
  component: lazy(() => import("./screen/replacements/replacements-screen.tsx"), "ReplacementsScreen"),
});
const replacement = createRoute({
  getParentRoute,
  path: "/replacements/$id",
  component: lazy(() => import("./screen/replacements/replacement-screen.tsx"), "ReplacementScreen"),
});
const dns = createRoute({
  getParentRoute,
  path: "/dns",
  component: lazy(() => import("./screen/dns/dns-screen.tsx"), "DnsScreen"),
});
const tenants = createRoute({
  getParentRoute,
  path: "/tenants",
  component: lazy(() => import("./screen/tenants/tenants-screen.tsx"), "TenantsScreen"),
});
const webhooks = createRoute({
  getParentRoute,
  path: "/webhooks",
  component: lazy(() => import("./screen/webhooks/webhooks-screen.tsx"), "WebhooksScreen"),
});
const webhook = createRoute({
  getParentRoute,
  path: "/webhooks/$id",
  component: lazy(() => import("./screen/webhooks/webhook-screen.tsx"), "WebhookScreen"),
});
const tokens = createRoute({
  getParentRoute,
  path: "/tokens",
  component: lazy(() => import("./screen/tokens/tokens-screen.tsx"), "TokensScreen"),
});
const people = createRoute({
  getParentRoute,
  path: "/people",
  component: lazy(() => import("./screen/people/people-screen.tsx"), "PeopleScreen"),
});
const audit = createRoute({
  getParentRoute,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazy(() => import("./screen/audit/audit-screen.tsx"), "AuditScreen"),
});

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    overview,
    domains,
    domain,
    failures,
    expiries,
    campaigns,
    campaign,
    newCampaign,
    plan,
    budgets,
    limits,
    cas,
    edges,
    replacements,
    replacement,
    dns,
    tenants,
    webhooks,
    webhook,
    tokens,
    people,
    audit,
  ]),
]);

export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    basepath: "/console",
    context: { queries },
    defaultPreload: "intent",
    defaultPendingComponent: () => <Loading what="the screen" />,
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
