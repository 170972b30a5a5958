import { type Static, type TSchema, Type } from "typebox";
import { Closed, InstantText, KeyType, Label, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";
import { LimitName, LimitSetName, limitRule } from "./limit.ts";

const Count = Type.Integer({ minimum: 0 });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const PerDay = Type.Number({ minimum: 0, maximum: 1_000_000_000 });
const mostDomains = 1_000_000_000;
const Domains = Type.Integer({ minimum: 0, maximum: mostDomains });
const Day = Type.String({ description: "A UTC day, such as 2027-02-20." });

/** Answers are made by pure functions, whose lists are readonly. */
const List = <T extends TSchema>(item: T, options: { readonly description?: string } = {}) =>
  Type.Immutable(Type.Array(item, options));

const CountOf = Type.Object(
  { domains: Type.Number({ minimum: 0, maximum: mostDomains }), count: Domains },
  { ...Closed, description: "So many (`count`) that have so many domains each." },
);

const ListSummary = Type.Object(
  {
    domains: Domains,
    names: Type.Integer({
      minimum: 0,
      maximum: 100 * mostDomains,
      description: "In all of their certificates, `www` companions and aliases included.",
    }),
    refused: Domains,
    registeredDomains: Domains,
    largest: Type.Immutable(
      Type.Array(
        Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 253 }), domains: Domains, tenants: Domains },
          Closed,
        ),
        {
          maxItems: 100,
          description: "The registered domains with most domains under them.",
        },
      ),
    ),
    others: Type.Immutable(
      Type.Array(CountOf, {
        maxItems: 1_000,
        description: "All other registered domains, by how many domains they have.",
      }),
    ),
    tenants: Type.Immutable(
      Type.Array(CountOf, { maxItems: 1_000, description: "The tenants, by how many domains they have." }),
    ),
    withoutTenant: Domains,
  },
  { ...Closed, description: "A list of domains by its counts, as `certmill plan` makes it." },
);

const Failing = Type.Object(
  {
    never: Type.Number({
      minimum: 0,
      maximum: 0.99,
      description: "Share of the domains that never succeed.",
    }),
    later: Type.Number({ minimum: 0, maximum: 0.99, description: "Share that is right only later." }),
    laterAfterDays: Type.Number({ minimum: 0, maximum: 3_650 }),
  },
  Closed,
);

const background = {
  newPerDay: PerDay,
  renewalsPerDay: PerDay,
  exemptShare: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "Share of the renewals that no limit counts.",
  }),
};

export const NewPlan = Type.Object(
  {
    list: ListSummary,
    keyType: Type.Optional(KeyType),
    tenant: Type.Optional(Label),
    edgeGroup: Type.Optional(Label),
    startsAt: Type.Optional(Type.String({ format: "date-time", description: "Default: now." })),
    finishBy: Type.Optional(Type.String({ format: "date-time" })),
    packNames: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: "Names in one certificate at most. Default 1." }),
    ),
    packAcrossTenants: Type.Optional(Type.Boolean({ description: "Default false." })),
    failing: Type.Optional(Failing),
    checksFirst: Type.Optional(
      Type.Boolean({
        description:
          "Whether names are checked before their first order, so that those that fail come after all that are right. Default: as this server does.",
      }),
    ),
    background: Type.Optional(
      Type.Partial(Type.Object(background, Closed), {
        description: "What else the limits are spent on. Default: what the last seven days were like.",
      }),
    ),
    limits: Type.Optional(
      Type.Immutable(
        Type.Array(
          Type.Object(
            {
              ca: Label,
              limit: LimitName,
              key: Type.Optional(
                Type.String({ minLength: 1, maxLength: 253, description: "A registered domain." }),
              ),
              ...limitRule,
              startsAt: Type.Optional(Type.String({ format: "date-time" })),
            },
            Closed,
          ),
          { maxItems: 100, description: "Limits to plan with as if they were set." },
        ),
      ),
    ),
    cas: Type.Optional(
      Type.Immutable(
        Type.Array(
          Type.Object(
            {
              name: Label,
              limits: LimitSetName,
              weight: Type.Number({ minimum: 0, maximum: 1_000_000 }),
              ordersSpent: Type.Optional(
                Type.Integer({
                  minimum: 0,
                  maximum: mostDomains,
                  description: "Of its new orders, when the plan begins. Default 0.",
                }),
              ),
            },
            Closed,
          ),
          { maxItems: 20, description: "CAs to plan with as if they were in the pool." },
        ),
      ),
    ),
  },
  Closed,
);
export type NewPlan = Static<typeof NewPlan>;

const Binding = Type.String({
  description:
    "A limit's name; `requests`: how fast the CA may be asked, and our orders in flight; `outage`: it is down.",
});

const Enrolment = Type.Object({
  startsAt: InstantText,
  finishesAt: Nullable(
    Type.String({
      format: "date-time",
      description: "When the last domain that can have a certificate has it; null: not in ten years.",
    }),
  ),
  days: Type.Number(),
  domains: Count,
  neverRight: Type.Integer({ description: "Domains that never get one, as long as nobody puts them right." }),
  certificates: Type.Integer({ minimum: 0, description: "Both of a pair." }),
  orders: Type.Object({
    total: Count,
    first: Count,
    split: Type.Integer({ description: "What is left of packs whose dead domains were taken out." }),
    retries: Count,
    second: Type.Integer({ minimum: 0, description: "For the second certificates of pairs." }),
  }),
  byDay: List(
    Type.Object({
      day: Day,
      orders: Count,
      certificates: Count,
      covered: Type.Integer({ description: "Domains of the list, so far." }),
      ordersBeside: Type.Integer({ description: "Orders of others, which go first." }),
      bindings: List(Type.Object({ ca: Type.String(), limit: Binding })),
    }),
  ),
  phases: List(Type.Object({ ca: Type.String(), limit: Binding, from: Day, to: Day }), {
    description: "What holds the list back, in order of time.",
  }),
  byCa: List(Type.Object({ ca: Type.String(), orders: Count, certificates: Count, share: Share })),
  slowDomains: List(
    Type.Object({ name: Nullable(Type.String()), count: Count, certificates: Type.Number() }),
    { description: "Registered domains whose own limit lasts longer than all others." },
  ),
});

export const Plan = Type.Object({
  enrolment: Enrolment,
  finishBy: Nullable(InstantText),
  refused: Count,
  assumed: Type.Object({
    keyType: KeyType,
    failing: Type.Object({ never: Share, later: Share, laterAfterDays: Type.Number() }),
    checksFirst: Type.Boolean(),
    background: Type.Object({ newPerDay: PerDay, renewalsPerDay: PerDay, exemptShare: Share }),
    packs: Type.Object({ names: Count, acrossTenants: Type.Boolean() }),
    cas: List(
      Type.Object({
        name: Type.String(),
        limits: Type.String(),
        weight: Type.Number(),
        ordersSpent: Type.Integer({ minimum: 0, description: "Of its new orders, when the plan begins." }),
      }),
    ),
  }),
  packing: Nullable(
    Type.Object({
      domainsEach: Type.Number(),
      ordersSaved: Type.Integer(),
      sharedFate: Type.Number({
        description: "Other domains that have no certificate while one of their pack is dead.",
      }),
      namesExposed: Type.Number({ description: "Names of others that a visitor reads in a certificate." }),
    }),
  ),
  alternatives: List(
    Type.Object({
      change: Type.Enum(["override", "domain-override", "second-ca", "packs", "outage"]),
      what: Type.String(),
      finishesAt: Nullable(InstantText),
      days: Type.Number(),
      orders: Count,
      certificates: Count,
      daysSaved: Type.Number({ description: "Negative: it would be later." }),
      isInTime: Nullable(Type.Boolean({ description: "Null: no date was asked for." })),
      note: Nullable(Type.String()),
    }),
  ),
  overrideRequest: Nullable(
    Type.Object({
      ca: Type.String(),
      accountUrl: Nullable(Type.String()),
      ordersPerWeek: Count,
      from: Day,
      finishesAt: Nullable(InstantText),
      form: Type.String(),
      useCase: Type.String(),
      trap: Type.String(),
    }),
  ),
  renewals: Type.Object({
    steady: List(Type.Object({ from: Day, lifetimeDays: Count, perDay: Count })),
    byDay: List(Type.Object({ day: Day, renewals: Count })),
    peak: Nullable(Type.Object({ day: Day, renewals: Count })),
    spreadDays: Type.Integer({
      minimum: 0,
      description:
        "Over how many days before their time the first renewals are spread, of what CAs issue that suggest no renewal windows.",
    }),
  }),
  edges: Type.Object({
    certificates: Count,
    proxies: List(Type.Object({ proxy: Type.String(), memoryMb: Count, loadSeconds: Count })),
    keyTypes: List(
      Type.Object({
        keyType: KeyType,
        sharedMemoryMb: Type.Integer({
          minimum: 0,
          description: "In nginx's shared memory, where the agent puts them there.",
        }),
        diskMb: Count,
        handshakesPerSecond: Type.Integer({ description: "Full handshakes on one core." }),
      }),
    ),
    installsPerDay: Type.Object({ average: Count, most: Count }),
  }),
});
export type Plan = Static<typeof Plan>;

export const makePlan = operation({
  id: "makePlan",
  method: "POST",
  path: "/v1/plans",
  tag: "Plans",
  summary: "Plan an enrolment",
  description:
    "Says without ordering anything when a list would be done: from the CAs as they are set up, what is left of their limits, and what else they are asked for. Nothing is stored. Without `keyType` the keys are those of domains that do not say: of the `tenant`, else of the `edgeGroup` (default `default`).",
  scopes: ["admin"],
  role: "viewer",
  audited: false,
  body: NewPlan,
  responses: { 200: Plan },
  problems: ["ca-missing", "edge-group-missing"],
});
