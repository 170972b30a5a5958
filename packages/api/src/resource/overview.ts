/** Is it fine? What an operator looks at first, and what the servers' promise came to. */
import { type Static, Type } from "typebox";
import { InstantText, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";
import { Bucket } from "./budget.ts";
import { caState } from "./ca.ts";
import { domainStates } from "./domain.ts";

const Count = Type.Integer({ minimum: 0 });

const WorkClass = Type.Enum(["emergency", "interactive", "renewal", "campaign"], {
  description:
    "`emergency`: what is served ends soon or was revoked. `interactive`: a customer waits. `renewal`: in good time. `campaign`: a long list.",
});

const Quantiles = Type.Object(
  {
    count: Count,
    p50Ms: Nullable(Count),
    p95Ms: Nullable(Count),
    p99Ms: Nullable(Count),
  },
  { description: "Of what was counted in buckets: off by less than a tenth. Null: there was none." },
);

const compared = {
  today: Type.Object(Quantiles.properties, { description: "The last 24 hours." }),
  lastWeek: Type.Object(Quantiles.properties, { description: "The same 24 hours a week before." }),
};

const CountedAt = Type.String({
  format: "date-time",
  description: "As of when: it is counted anew every few seconds, or minutes where there is much.",
});

const DomainCounts = Type.Object({
  asOf: CountedAt,
  total: Type.Integer({ minimum: 0, description: "Those that were removed are not in it." }),
  byState: Type.Object(
    Object.fromEntries(domainStates.map((state) => [state, Count])) as Record<
      (typeof domainStates)[number],
      typeof Count
    >,
  ),
});

const Expiries = Type.Object({
  asOf: CountedAt,
  ended: Type.Integer({ minimum: 0, description: "Certificates to be served that have ended." }),
  days: Type.Array(
    Type.Object({
      day: Type.String({ format: "date", description: "In UTC." }),
      certificates: Count,
    }),
    { description: "How many to be served end on each of the next 90 days, today first." },
  ),
});

const CaIssuance = Type.Object({
  ca: Type.String(),
  issued: Count,
  failed: Count,
  issuedLastWeek: Type.Integer({ minimum: 0, description: "In the same 24 hours a week before." }),
  failedLastWeek: Count,
  failures: Type.Array(Type.Object({ code: Type.String(), count: Count }), {
    description: "Of the last 24 hours by code, the most frequent first; at most ten.",
  }),
  hours: Type.Array(Type.Object({ hour: InstantText, issued: Count, failed: Count }), {
    description: "The last 25 hours begun, the oldest first: the first and the last are not whole.",
  }),
});

const QueueClass = Type.Object({
  class: WorkClass,
  waiting: Type.Integer({ minimum: 0, description: "Certificates in line." }),
  parked: Type.Integer({
    minimum: 0,
    description: "Of these, those that wait for a limit of their own, such as a registered domain's.",
  }),
  oldestAt: Nullable(
    Type.String({ format: "date-time", description: "Since when the first in line has waited." }),
  ),
});

const CaStanding = Type.Object({
  ca: Type.String(),
  ...caState,
  ordersInFlight: Count,
  statusPage: Nullable(
    Type.Object({
      status: Type.Enum(["fine", "degraded", "down"]),
      readAt: InstantText,
    }),
  ),
  budget: Type.Array(Bucket, { description: "Limits that count all we do there." }),
});

const Edges = Type.Object({
  asOf: CountedAt,
  total: Count,
  silent: Type.Integer({ minimum: 0, description: "Edges that were not heard of for 15 minutes." }),
  refusing: Type.Integer({
    minimum: 0,
    description: "Edges whose last word on one certificate or more is that they could not take it.",
  }),
  waiting: Type.Integer({
    minimum: 0,
    description: "Certificates that are not served yet as their group's rule wants it.",
  }),
  oldestWaitingAt: Nullable(
    Type.String({ format: "date-time", description: "When the first of these was stored." }),
  ),
  behind: Type.Array(
    Type.Object({
      edge: Type.String(),
      group: Type.String(),
      lastSeenAt: InstantText,
      silent: Type.Boolean(),
      refused: Type.Integer({ minimum: 0, description: "Certificates that it could not take." }),
    }),
    { description: "Which they are; at most twenty." },
  ),
});

export const alertCodes = [
  "ca-down",
  "certificates-expiring",
  "renewals-late",
  "edges-behind",
  "budget-short",
  "checks-stuck",
  "work-stuck",
  "webhooks-failing",
] as const;

const Alert = Type.Object({
  code: Type.Enum([...alertCodes]),
  severity: Type.Enum(["critical", "warning"]),
  sentence: Type.String({ description: "What is wrong and what to do." }),
  count: Nullable(Type.Integer({ minimum: 0, description: "How many it is about; null: it is one." })),
  ca: Nullable(Type.String({ description: "The CA that it is about; null: none." })),
  since: Nullable(InstantText),
});

export const Overview = Type.Object({
  at: InstantText,
  tallied: Type.Object(
    {
      since: Type.String({ format: "date-time", description: "Nothing that happened before is in it." }),
      until: Type.String({ format: "date-time", description: "Nothing that happened later is in it." }),
    },
    { description: "Of what is counted as it happens: times, steps and issuance." },
  ),
  alerts: Type.Array(Alert, { description: "Critical ones first." }),
  domains: DomainCounts,
  timeToCertificate: Type.Object({
    all: Type.Object(compared),
    byClass: Type.Array(Type.Object({ class: WorkClass, ...compared })),
  }),
  steps: Type.Array(
    Type.Object({
      step: Type.String({
        description:
          "`order`, `challenge`, `propagation`, `validation`, `finalize`, `download` or `delivery`.",
      }),
      ...compared,
    }),
    { description: "How long each step of an issuance took, in the order of the steps." },
  ),
  issuance: Type.Array(CaIssuance, { description: "By CA." }),
  queue: Type.Object({ asOf: CountedAt, classes: Type.Array(QueueClass) }),
  cas: Type.Array(CaStanding),
  expiries: Expiries,
  edges: Edges,
});
export type Overview = Static<typeof Overview>;

export const showOverview = operation({
  id: "showOverview",
  method: "GET",
  path: "/v1/overview",
  tag: "Operation",
  summary: "Show whether all is well",
  description:
    "Times, rates, the line, limits, expiries, edges, CAs and what is wrong. It costs the same for ten domains and for a million: what is counted as it happens is added up, and the rest is counted from time to time.",
  scopes: ["admin"],
  role: "viewer",
  responses: { 200: Overview },
  problems: [],
});

const SloWindow = Type.Object({
  certificates: Type.Integer({ minimum: 0, description: "Those that were stored in this time." }),
  inTime: Type.Integer({
    minimum: 0,
    description: "Of these, those that were served within the objective of their domain's being ready.",
  }),
  share: Nullable(Type.Number({ minimum: 0, maximum: 1, description: "Null: there were none." })),
});

export const Slo = Type.Object({
  objectiveSeconds: Type.Integer(),
  tallied: Overview.properties.tallied,
  windows: Type.Array(
    Type.Object({
      days: Type.Integer(),
      all: SloWindow,
      byClass: Type.Array(Type.Object({ class: WorkClass, ...SloWindow.properties })),
    }),
    { description: "The last 1, 7 and 30 days." },
  ),
});
export type Slo = Static<typeof Slo>;

export const showSlo = operation({
  id: "showSlo",
  method: "GET",
  path: "/v1/slo",
  tag: "Operation",
  summary: "Show how many domains were served in time",
  description:
    "The share of certificates that edges served within 60 seconds of their domain's being ready: wanted, and its last check passed. What is never served is not in time.",
  scopes: ["admin"],
  role: "viewer",
  responses: { 200: Slo },
  problems: [],
});
