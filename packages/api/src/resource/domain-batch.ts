import { type Static, Type } from "typebox";
import { ChallengeType, Closed, KeyType, Label, NameText, ProfileName, WantedCas } from "../fields.ts";
import { operation } from "../operation.ts";

/** Rows a batch may have: 5,000 rows of ordinary names stay well under the body limit of 4 MiB. */
export const maxBatchRows = 5_000;

export const DomainBatchRow = Type.Object(
  {
    line: Type.Integer({
      minimum: 1,
      description: "The row's line in its file, for the reader of the report.",
    }),
    domain: Type.String({ maxLength: 1_000 }),
    tenant: Type.Optional(Label),
    aliases: Type.Optional(Type.Array(NameText, { maxItems: 99 })),
  },
  Closed,
);
export type DomainBatchRow = Static<typeof DomainBatchRow>;

export const DomainBatch = Type.Object(
  {
    rows: Type.Array(DomainBatchRow, { minItems: 1, maxItems: maxBatchRows }),
    dryRun: Type.Optional(Type.Boolean({ description: "Say what would happen and change nothing." })),
    ca: Type.Optional(WantedCas),
    edgeGroup: Type.Optional(Label),
    keyType: Type.Optional(KeyType),
    profile: Type.Optional(ProfileName),
    challenge: Type.Optional(ChallengeType),
  },
  Closed,
);
export type DomainBatch = Static<typeof DomainBatch>;

export const RejectedRow = Type.Object({
  line: Type.Integer(),
  domain: Type.String(),
  code: Type.String({ description: "Stable: a name rule's code, `domain-exists`, `duplicate-in-batch`, …" }),
  reason: Type.String(),
});
export type RejectedRow = Static<typeof RejectedRow>;

export const DomainBatchResult = Type.Object({
  added: Type.Integer({ description: "Rows that were new." }),
  unchanged: Type.Integer({ description: "Rows that stood here already, with the same names and tenant." }),
  rejected: Type.Array(RejectedRow),
});
export type DomainBatchResult = Static<typeof DomainBatchResult>;

export const addDomainBatch = operation({
  id: "addDomainBatch",
  method: "POST",
  path: "/v1/domain-batches",
  tag: "Domains",
  summary: "Add many domains",
  description:
    "Good rows go in though others are bad; sending the same rows again changes nothing, so it needs no Idempotency-Key.",
  scopes: ["admin", "tenant"],
  role: "operator",
  body: DomainBatch,
  responses: { 200: DomainBatchResult },
  problems: ["ca-missing", "edge-group-missing"],
});
