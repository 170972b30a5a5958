/** What became of a domain: every step, and every certificate. */
import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { Certificate } from "./certificate.ts";
import { NameParams, TimelineEntry } from "./domain.ts";

export const HistoryEntry = Type.Object({
  id: Id,
  ...TimelineEntry.properties,
  issuance: Nullable(
    Type.String({
      description: "The attempt to get a certificate that it is a step of: the same for all its steps.",
    }),
  ),
});
export type HistoryEntry = Static<typeof HistoryEntry>;

export const listTimeline = operation({
  id: "listTimeline",
  method: "GET",
  path: "/v1/domains/{name}/timeline",
  tag: "Domains",
  summary: "List what happened to a domain",
  description:
    "Every step with how long it took, the newest first: the certificate authority's own words and problem documents, what checks found, receipts of edges, and who asked for what are in `detail`.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: NameParams,
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(HistoryEntry) },
  problems: ["not-found", "invalid-cursor"],
});

const CertificateReceipt = Type.Object({
  edge: Type.String(),
  at: InstantText,
  error: Nullable(Type.String({ description: "Null: it was served. Else why the edge could not." })),
});

export const DomainCertificate = Type.Object({
  ...Certificate.properties,
  supersededAt: Nullable(
    Type.String({ format: "date-time", description: "When its successor was stored; null: it has none." }),
  ),
  receipts: Type.Array(CertificateReceipt, {
    description: "The newest word of each edge on this certificate, by the edges' names; at most 1,000.",
  }),
});
export type DomainCertificate = Static<typeof DomainCertificate>;

export const listDomainCertificates = operation({
  id: "listDomainCertificates",
  method: "GET",
  path: "/v1/domains/{name}/certificates",
  tag: "Domains",
  summary: "List a domain's certificates",
  description: "Past and present, the newest first, each with where it was served.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: NameParams,
  query: Type.Object(
    {
      after: PageQuery.after,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "Default 20." })),
    },
    Closed,
  ),
  responses: { 200: Page(DomainCertificate) },
  problems: ["not-found", "invalid-cursor"],
});

export const DomainStatus = Type.Object({
  name: Type.String(),
  unicodeName: Nullable(Type.String()),
  works: Type.Boolean({ description: "Whether there is a certificate that is valid now." }),
  state: Type.Enum(["working", "in-progress", "action-needed", "trouble", "off"], {
    description:
      "`working`: it has its certificate. `in-progress`: that is being obtained. `action-needed`: the customer has to change something. `trouble`: it is not the customer's to mend. `off`: nothing is done for it.",
  }),
  sentence: Type.String({ description: "How it stands, for the customer." }),
  change: Nullable(Type.String({ description: "What the customer has to change; null: nothing." })),
  expected: Type.Array(Type.String(), { description: "What would be right, such as addresses." }),
  found: Type.Array(Type.String(), { description: "What is there instead." }),
  since: InstantText,
  nextTryAt: Nullable(InstantText),
  validUntil: Nullable(InstantText),
});
export type DomainStatus = Static<typeof DomainStatus>;

export const showDomainStatus = operation({
  id: "showDomainStatus",
  method: "GET",
  path: "/v1/domains/{name}/status",
  tag: "Domains",
  summary: "Show how a domain stands, for its customer",
  description:
    "For the hosting panel: a token of scope `status` may be given to a browser, and sees its tenant's domains by this call alone. Answers may be kept for ten seconds; `cors_origins` says which pages may ask.",
  scopes: ["admin", "tenant", "status"],
  role: "viewer",
  params: NameParams,
  responses: { 200: DomainStatus },
  problems: ["not-found", "too-many-requests"],
});
