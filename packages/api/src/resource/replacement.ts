/** Many certificates replaced before their time: a CA, an issuer, a key that is no good any more. */
import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Label, Nullable, Page, PageQuery, ProfileName } from "../fields.ts";
import { operation } from "../operation.ts";
import { stateChangeOf } from "./state-change.ts";

export const RevocationReason = Type.Enum(
  [
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "privilegeWithdrawn",
  ],
  { description: "Why, as RFC 5280 section 5.3.1 names it." },
);

/** Serial numbers in one request. */
export const maxSerials = 1_000;

const SerialText = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "A serial number in hex; colons, spaces, capitals and leading zeros do not matter.",
});
export const Serials = Type.Array(SerialText, { minItems: 1, maxItems: maxSerials });

const Selection = Type.Object(
  {
    ca: Type.Optional(Label),
    issuer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        description:
          "The issuer as `certmill certificate show` has it, or its common name alone, such as R12.",
      }),
    ),
    key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          "SHA-256 of the public key (SubjectPublicKeyInfo) in hex, or the serial number of a certificate that has it.",
      }),
    ),
    profile: Type.Optional(ProfileName),
  },
  { ...Closed, minProperties: 1, description: "Those of which all that is named holds." },
);

export const NewReplacement = Type.Object(
  {
    select: Type.Optional(Selection),
    reason: Type.Optional(RevocationReason),
    thenRevoke: Type.Optional(
      Type.Boolean({
        description: "Revoke each certificate once its successor is served. Default false.",
      }),
    ),
  },
  Closed,
);
export type NewReplacement = Static<typeof NewReplacement>;

const Count = Type.Integer({ minimum: 0 });

const Share = Type.Object({
  ca: Type.String({ description: "Where the orders go." }),
  certificates: Count,
  exempt: Type.Integer({
    minimum: 0,
    description:
      "Of them: for the same names at the same CA, so that its limits of new orders do not hold them up.",
  }),
  perDay: Type.Integer({ minimum: 0, description: "Orders a day." }),
  basis: Type.Enum(["requests", "account"], {
    description: "What sets the pace: requests and orders in flight, or the account's limit of new orders.",
  }),
  finishesAt: Nullable(InstantText),
});

const ReplacementPlan = Type.Object(
  {
    certificates: Count,
    perDay: Count,
    shares: Type.Array(Share),
    finishesAt: Nullable(InstantText),
  },
  { description: "What it comes to by the limits: of a draft as of now, else as of its start." },
);

export const Replacement = Type.Object({
  id: Id,
  state: Type.Enum(["draft", "running", "paused", "cancelled", "done"]),
  sentence: Type.String({ description: "Where it stands, for a person to read." }),
  select: Nullable(
    Type.Object(
      {
        ca: Nullable(Type.String()),
        issuer: Nullable(Type.String()),
        key: Nullable(Type.String({ description: "SHA-256 of the public key, lower-case hex." })),
        profile: Nullable(Type.String()),
      },
      { description: "null: a list of serial numbers." },
    ),
  ),
  reason: RevocationReason,
  thenRevoke: Type.Boolean(),
  refusesKeys: Type.Boolean({ description: "Whether no certificate is made for their keys any more." }),
  certificates: Type.Object(
    {
      total: Type.Integer({ minimum: 0, description: "Chosen so far; of a draft, what would be." }),
      replaced: Count,
      underway: Type.Integer({ minimum: 0, description: "In line, or ordered." }),
      failing: Type.Integer({ minimum: 0, description: "The last attempt failed; most are tried again." }),
      waiting: Type.Integer({ minimum: 0, description: "Their turn has not come." }),
      dropped: Type.Integer({ minimum: 0, description: "Their domains went before they were replaced." }),
    },
    { description: "Each is counted once." },
  ),
  revocations: Nullable(
    Type.Object(
      { revoked: Count, waiting: Count, failed: Count },
      { description: "null: nothing is revoked by it." },
    ),
  ),
  plan: Nullable(ReplacementPlan),
  perDay: Nullable(
    Type.Integer({ description: "Replaced in a day at the pace of the last half hour; null: too early." }),
  ),
  finishesAt: Nullable(InstantText),
  createdBy: Type.String({ description: "The token's name, or the person's." }),
  createdAt: InstantText,
  startedAt: Nullable(InstantText),
  endedAt: Nullable(InstantText),
});
export type Replacement = Static<typeof Replacement>;

const IdParams = Type.Object({ id: Id });

export const createReplacement = operation({
  id: "createReplacement",
  method: "POST",
  path: "/v1/replacements",
  tag: "Replacements",
  summary: "Draft a mass replacement",
  description:
    "It does nothing but tell what it would come to until it is started. Without `select` it takes a list of serial numbers next.",
  scopes: ["admin"],
  role: "operator",
  body: NewReplacement,
  idempotencyKey: true,
  responses: { 201: Replacement },
  problems: ["ca-missing"],
});

export const addReplacementCertificates = operation({
  id: "addReplacementCertificates",
  method: "POST",
  path: "/v1/replacements/{id}/certificates",
  tag: "Replacements",
  summary: "Put certificates on the list of a draft",
  description: "What is on it already stays, so the same can be sent again.",
  scopes: ["admin"],
  role: "operator",
  params: IdParams,
  body: Type.Object({ serials: Serials }, Closed),
  responses: {
    200: Type.Object({
      listed: Type.Integer({ minimum: 0, description: "Of these: on the list now." }),
      notHeld: Type.Array(Type.String(), {
        description: "Replaced already, or their domains are gone: nothing is done for them.",
      }),
      unknown: Type.Array(Type.String(), { description: "No certificate here has this serial number." }),
    }),
  },
  problems: ["not-found", "replacement-state"],
});

export const listReplacements = operation({
  id: "listReplacements",
  method: "GET",
  path: "/v1/replacements",
  tag: "Replacements",
  summary: "List the mass replacements",
  description: "The newest first.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Replacement) },
  problems: ["invalid-cursor"],
});

export const showReplacement = operation({
  id: "showReplacement",
  method: "GET",
  path: "/v1/replacements/{id}",
  tag: "Replacements",
  summary: "Show a mass replacement",
  description: "How far it has come, and when it will be done.",
  scopes: ["admin"],
  role: "viewer",
  params: IdParams,
  responses: { 200: Replacement },
  problems: ["not-found"],
});

const stateChange = stateChangeOf({
  tag: "Replacements",
  params: IdParams,
  answer: Replacement,
  refusal: "replacement-state",
});

export const startReplacement = operation({
  ...stateChange(
    "startReplacement",
    "/v1/replacements/{id}/start",
    "Start a mass replacement",
    "Its certificates are ordered anew before all other work, for the same names, as fast as the limits allow.",
  ),
  problems: ["not-found", "replacement-state", "replacement-empty"],
});

export const pauseReplacement = stateChange(
  "pauseReplacement",
  "/v1/replacements/{id}/pause",
  "Pause a mass replacement",
  "No further certificate becomes due; those that stand in line already are ordered.",
);

export const resumeReplacement = stateChange(
  "resumeReplacement",
  "/v1/replacements/{id}/resume",
  "Resume a mass replacement",
  "It goes on where it was.",
);

export const cancelReplacement = stateChange(
  "cancelReplacement",
  "/v1/replacements/{id}/cancel",
  "Cancel a mass replacement",
  "What is replaced stays so; the rest is renewed in its time, as ever. Keys that are refused stay refused.",
);
