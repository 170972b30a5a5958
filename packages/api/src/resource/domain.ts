import { type Static, Type } from "typebox";
import {
  ChallengeType,
  Closed,
  Cursor,
  Id,
  InstantText,
  KeyType,
  Label,
  NameText,
  Nullable,
  ProfileName,
  WaitSeconds,
  WantedCas,
} from "../fields.ts";
import { operation } from "../operation.ts";
import { IssuedCertificate } from "./certificate.ts";
import { DomainCheck } from "./domain-check.ts";

/** In the order of a life. */
export const domainStates = [
  "waiting",
  "queued",
  "issuing",
  "delivering",
  "active",
  "failing",
  "paused",
  "failed",
  "moved",
  "removed",
] as const;

export const DomainState = Type.Enum([...domainStates], {
  description:
    "Where the domain stands. `waiting`: it has no certificate yet, and waits for its next try, its check or its campaign. `queued`: in line for its first certificate. `issuing`: that is being obtained. `delivering`: it has its first, and its edges do not serve it yet. `active`: it has one. `failing`: it has one, and the renewal fails. `paused`: its certificate authority takes no order for it. `failed`: given up. `moved`: its names lead elsewhere, so it is not renewed. `removed`. See docs/life.md.",
});
export type DomainState = Static<typeof DomainState>;

/** One fact of a domain's history. */
export const TimelineEntry = Type.Object({
  at: InstantText,
  kind: Type.String({ description: "Stable: `domain.added`, `order.created`, `certificate.stored`, …" }),
  sentence: Type.String({ description: "The fact for a person to read." }),
  durationMs: Nullable(
    Type.Integer({ description: "How long the step took that ended here; null: it ended none." }),
  ),
  detail: Type.Record(Type.String(), Type.Unknown(), { description: "The fact for a program to read." }),
  ofTwin: Type.Boolean({ description: "Whether it is about the RSA certificate of a pair." }),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** What an edge last said about a domain's certificate. */
const Delivery = Type.Object({
  edge: Type.String(),
  certificateId: Id,
  receivedAt: InstantText,
  error: Nullable(Type.String({ description: "Null: it is served. Else why the edge could not." })),
});

const summary = {
  name: Type.String({ description: "The domain, in A-labels." }),
  unicodeName: Nullable(
    Type.String({ description: "The same as people write it; null: it has no letters beyond ASCII." }),
  ),
  state: DomainState,
  stateSince: Type.String({
    format: "date-time",
    description: "Since when it is in that state; `waiting` and `queued` count as one.",
  }),
  reason: Type.String({ description: "Why it stands so, as a sentence; on failure what to change." }),
  failureCode: Nullable(Type.String({ description: "The last attempt's failure; null: there was none." })),
  nextTryAt: Nullable(InstantText),
  unpauseUrl: Nullable(
    Type.String({
      description: "Where a person tells the certificate authority to go on; null: it named no place.",
    }),
  ),
  names: Type.Array(Type.String(), { description: "All names of its certificate, the primary one first." }),
  leftOut: Type.Array(Type.String(), {
    description: "Names that are to be on it, and that are left out until they are right.",
  }),
  tenant: Nullable(Type.String()),
  ca: Type.String({ description: "Where its certificate is from, or its next order goes." }),
  cas: Nullable(
    Type.Array(Type.String(), {
      description:
        "The only CAs that may issue, the preferred one first; null: those of its tenant, or of the pool.",
    }),
  ),
  edgeGroup: Type.String(),
  keyType: KeyType,
  profile: Nullable(Type.String({ description: "The certificate profile that was wished for." })),
  challenge: Nullable(ChallengeType),
  certificate: Nullable(IssuedCertificate),
  addedAt: InstantText,
};

export const DomainSummary = Type.Object(summary);
export type DomainSummary = Static<typeof DomainSummary>;

/** The RSA certificate of a pair, which is issued after the other one and renewed on its own. */
const Twin = Type.Object({
  state: Type.Enum(["waiting", "issuing", "active", "failing", "paused", "failed", "moved"], {
    description: "Where it stands, in the words of a domain's states.",
  }),
  failure: Nullable(
    Type.Object({
      code: Type.String(),
      sentence: Type.String({ description: "The last attempt's failure, for a person." }),
    }),
  ),
  nextTryAt: Nullable(InstantText),
  certificate: Nullable(IssuedCertificate),
});

/** A record that the domain's owner sets once. */
const Delegation = Type.Object({
  name: Type.String({
    description: "Where a CA looks for the proof, such as `_acme-challenge.example.com`.",
  }),
  target: Nullable(
    Type.String({ description: "Where its CNAME record is to lead; null: no zone takes delegations." }),
  ),
});

export const Domain = Type.Object({
  ...summary,
  expectedAt: Nullable(
    Type.String({
      format: "date-time",
      description:
        "When its order is expected to begin, by what the limits allow; null: it is not in line, or nothing tells.",
    }),
  ),
  delegations: Type.Array(Delegation, {
    description: "CNAME records that its names need, as they are proven by DNS-01 and in no zone of ours.",
  }),
  check: Nullable(DomainCheck),
  twin: Nullable(Twin),
  deliveries: Type.Array(Delivery),
  timeline: Type.Array(TimelineEntry, { description: "The newest 200 facts, the oldest of them first." }),
});
export type Domain = Static<typeof Domain>;

/** A certificate that its CA still vouches for, though nothing is done for its domain any more. */
const StillValid = Type.Object({
  certificateId: Id,
  ca: Type.String(),
  serial: Type.String(),
  notAfter: InstantText,
});

export const RemovedDomain = Type.Object({
  ...Domain.properties,
  staysValid: Type.Array(StillValid, {
    description: "Certificates that stay valid at their certificate authorities: nobody revoked them.",
  }),
  /** As the policies are now; null: it has none of its own. */
  keysDestroyedAt: Nullable(InstantText),
  sharesKeys: Type.Boolean({ description: "Whether others use a private key of it, which stays with them." }),
});
export type RemovedDomain = Static<typeof RemovedDomain>;

export const NewDomain = Type.Object(
  {
    name: NameText,
    aliases: Type.Optional(
      Type.Array(NameText, { maxItems: 99, description: "Further names of the same certificate." }),
    ),
    withWww: Type.Optional(Type.Boolean({ description: "Add `www.` before the name as an alias." })),
    tenant: Type.Optional(Label),
    ca: Type.Optional(WantedCas),
    edgeGroup: Type.Optional(Label),
    keyType: Type.Optional(KeyType),
    profile: Type.Optional(ProfileName),
    challenge: Type.Optional(ChallengeType),
  },
  Closed,
);
export type NewDomain = Static<typeof NewDomain>;

export const NameParams = Type.Object({ name: NameText });

export const addDomain = operation({
  id: "addDomain",
  method: "POST",
  path: "/v1/domains",
  tag: "Domains",
  summary: "Add a domain",
  description: "The certificate is ordered at once; follow it with `/v1/domains/{name}/events`.",
  scopes: ["admin", "tenant"],
  role: "support",
  body: NewDomain,
  idempotencyKey: true,
  responses: { 201: Domain },
  problems: ["domain-exists", "name-refused", "ca-missing", "edge-group-missing"],
});

export const showDomain = operation({
  id: "showDomain",
  method: "GET",
  path: "/v1/domains/{name}",
  tag: "Domains",
  summary: "Show a domain",
  description: "One state, the reason in a sentence, the next try, the edges' receipts and the timeline.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: NameParams,
  responses: { 200: Domain },
  problems: ["not-found"],
});

export const retryDomain = operation({
  id: "retryDomain",
  method: "POST",
  path: "/v1/domains/{name}/retry",
  tag: "Domains",
  summary: "Order a domain's certificate now",
  description:
    "Whenever the next try is due, and also when there is none; a domain that has a certificate is renewed. While a certificate is being obtained nothing changes.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: NameParams,
  responses: { 200: Domain },
  problems: ["not-found", "domain-removed"],
});

export const checkDomain = operation({
  id: "checkDomain",
  method: "POST",
  path: "/v1/domains/{name}/check",
  tag: "Domains",
  summary: "Check a domain's names now",
  description:
    "Looks its names up at their name servers, and asks for them as a certificate authority does; `check` in the answer has what was found. When all is right, a first order that waits for it is made at once. What was checked in the last 5 seconds is not checked again.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: NameParams,
  responses: { 200: Domain },
  problems: ["not-found", "domain-removed", "checks-off"],
});

export const removeDomain = operation({
  id: "removeDomain",
  method: "DELETE",
  path: "/v1/domains/{name}",
  tag: "Domains",
  summary: "Remove a domain",
  description:
    "Ends what is under way and tells the edges. All names of the same certificate go. Says which certificates stay valid at their certificate authorities, and until when. Removing twice is the same as once.",
  scopes: ["admin", "tenant"],
  role: "operator",
  params: NameParams,
  query: Type.Object(
    {
      revoke: Type.Optional(
        Type.Boolean({
          description:
            "Have all its certificates that are still good revoked, with the reason `cessationOfOperation`. Default false.",
        }),
      ),
    },
    Closed,
  ),
  responses: { 200: RemovedDomain },
  problems: ["not-found"],
});

export const followDomain = operation({
  id: "followDomain",
  method: "GET",
  path: "/v1/domains/{name}/events",
  tag: "Domains",
  summary: "Follow a domain's timeline",
  description:
    "Without `after`: the timeline so far. With the last answer's `cursor` as `after`: what came since, waiting up to `wait` seconds for it.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: NameParams,
  query: Type.Object({ after: Type.Optional(Cursor), wait: Type.Optional(WaitSeconds) }, Closed),
  responses: {
    200: Type.Object({ domain: DomainSummary, events: Type.Array(TimelineEntry), cursor: Cursor }),
  },
  problems: ["not-found", "invalid-cursor", "cursor-unknown"],
});
