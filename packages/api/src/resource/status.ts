import { type Static, Type } from "typebox";
import { InstantText, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";

const Count = Type.Integer({ minimum: 0 });

export const Status = Type.Object({
  version: Type.String(),
  database: Type.String({ description: "What the data is in, with its version." }),
  domains: Type.Object({
    waiting: Count,
    queued: Count,
    issuing: Count,
    delivering: Count,
    active: Count,
    failing: Count,
    paused: Count,
    failed: Count,
    moved: Count,
    removed: Count,
  }),
  issuancesInFlight: Count,
  steps: Type.Object(
    { ordering: Count, validating: Count, finalizing: Count },
    { description: "The domains whose issuance is in flight, by what it is at." },
  ),
  dueNow: Type.Integer({ minimum: 0, description: "Lineages and issuances whose time has come." }),
  oldestDueAt: Nullable(InstantText),
  certificates: Type.Integer({
    minimum: 0,
    description: "Certificates stored, the superseded ones included.",
  }),
  expiringWithin7Days: Type.Integer({ minimum: 0, description: "Of those that are to be served now." }),
  cas: Type.Array(
    Type.Object({
      name: Type.String(),
      directory: Type.String(),
      default: Type.Boolean(),
      issuancesInFlight: Count,
      maxOrdersInFlight: Count,
    }),
  ),
  edges: Type.Array(
    Type.Object({
      name: Type.String(),
      group: Type.String(),
      lastSeenAt: InstantText,
      behind: Type.Integer({ minimum: 0, description: "Current certificates it has not said it serves." }),
    }),
  ),
  keys: Type.Object({
    current: Type.String({ description: "The id of the key-encryption key in use." }),
    underOtherKeys: Type.Integer({ minimum: 0, description: "Secrets that a rotation would re-wrap." }),
  }),
});
export type Status = Static<typeof Status>;

export const showStatus = operation({
  id: "showStatus",
  method: "GET",
  path: "/v1/status",
  tag: "Operation",
  summary: "Show how things stand",
  description: "Counts of everything that is under way, due, expiring or behind.",
  scopes: ["admin"],
  role: "viewer",
  responses: { 200: Status },
  problems: [],
});

export const rotateKeys = operation({
  id: "rotateKeys",
  method: "POST",
  path: "/v1/keys/rotate",
  tag: "Operation",
  summary: "Re-wrap every secret",
  description: "Under the current key-encryption key. Safe to repeat.",
  scopes: ["admin"],
  role: "admin",
  responses: { 200: Type.Object({ rewrapped: Count, keyId: Type.String() }) },
  problems: [],
});
