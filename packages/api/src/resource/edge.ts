import { type Static, Type } from "typebox";
import { Closed, Cursor, Id, InstantText, Label, Nullable, PageQuery, WaitSeconds } from "../fields.ts";
import { operation } from "../operation.ts";
import { maxKeyPairs, maxReceipts } from "./edge-bounds.ts";

const named = {
  lineageId: Id,
  names: Type.Array(Type.String(), { description: "The primary name first." }),
};

/** What an edge should be serving for one lineage. */
const twinOf = Nullable(
  Type.String({
    description:
      "The lineage whose RSA certificate this is: both are served for the same names, each client has the one that it can verify. Null: it is none of a pair, or the other of one.",
  }),
);

export const EdgeCertificate = Type.Object({
  ...named,
  certificateId: Id,
  serial: Type.String(),
  notAfter: InstantText,
  twinOf,
});
export type EdgeCertificate = Static<typeof EdgeCertificate>;

/** `put`: serve this certificate from now on; `remove`: serve none for the lineage any more. */
export const EdgeChange = Type.Union([
  Type.Object({
    kind: Type.Literal("put"),
    ...named,
    certificateId: Id,
    serial: Type.String(),
    notAfter: InstantText,
    twinOf,
  }),
  Type.Object({ kind: Type.Literal("remove"), ...named, certificateId: Type.Null(), twinOf }),
]);
export type EdgeChange = Static<typeof EdgeChange>;

export const EdgeKeyPair = Type.Object({
  ...named,
  certificateId: Id,
  chainPem: Type.String({ description: "Leaf first." }),
  keyPem: Type.String({ description: "PKCS #8." }),
});
export type EdgeKeyPair = Static<typeof EdgeKeyPair>;

export const Receipt = Type.Object(
  {
    lineageId: Id,
    certificateId: Id,
    servedAt: InstantText,
    error: Nullable(Type.String({ maxLength: 2_000, description: "Null: it is served." })),
  },
  Closed,
);
export type Receipt = Static<typeof Receipt>;

/** For an edge with a key of its own it says nothing: its name is the one that it joined with. */
const EdgeName = Type.Optional(Label);

const TakesTwins = Type.Optional(
  Type.Boolean({
    description:
      "Whether RSA certificates of pairs are told, too. Default false: they are left out. A cursor is of the one or the other; with the wrong one the feed is refused, and a snapshot is to be taken.",
  }),
);

export const edgeSnapshot = operation({
  id: "edgeSnapshot",
  method: "GET",
  path: "/v1/edge/snapshot",
  tag: "Edges",
  summary: "List everything the edge group serves",
  description:
    "Every page of one snapshot has the same `cursor`. Following the feed from it misses nothing; a change made while the pages were read may be told again.",
  scopes: ["edge"],
  role: null,
  query: Type.Object({ ...PageQuery, edge: EdgeName, twins: TakesTwins }, Closed),
  responses: {
    200: Type.Object({ items: Type.Array(EdgeCertificate), next: Nullable(Cursor), cursor: Cursor }),
  },
  problems: ["invalid-cursor", "edge-has-key"],
});

export const edgeFeed = operation({
  id: "edgeFeed",
  method: "GET",
  path: "/v1/edge/feed",
  tag: "Edges",
  summary: "Follow the edge group's changes",
  description:
    "At most 1,000 changes at a time, waiting up to `wait` seconds for the first. Keep the answer's `cursor` once its changes are done; each change tells the lineage's newest state, so doing one twice is harmless. `edge` names the caller, for the status page.",
  scopes: ["edge"],
  role: null,
  query: Type.Object(
    { after: Cursor, wait: Type.Optional(WaitSeconds), edge: EdgeName, twins: TakesTwins },
    Closed,
  ),
  responses: { 200: Type.Object({ changes: Type.Array(EdgeChange), cursor: Cursor }) },
  problems: ["invalid-cursor", "cursor-unknown", "edge-has-key"],
});

export const edgeCertificate = operation({
  id: "edgeCertificate",
  method: "GET",
  path: "/v1/edge/certificates/{id}",
  tag: "Edges",
  summary: "Fetch a certificate with its key",
  description: "Only of the token's edge group. Every retrieval is an event in the domain's timeline.",
  scopes: ["edge"],
  role: null,
  params: Type.Object({ id: Id }),
  query: Type.Object({ edge: EdgeName }, Closed),
  responses: { 200: EdgeKeyPair },
  problems: ["not-found", "edge-has-key"],
});

export const edgeCertificates = operation({
  id: "edgeCertificates",
  method: "POST",
  path: "/v1/edge/certificates",
  tag: "Edges",
  summary: "Fetch many certificates with their keys",
  description:
    "Up to 100, for an edge that begins with nothing. Those that are not the edge group's, or are not there, are left out. Every retrieval is an event in its domain's timeline.",
  scopes: ["edge"],
  role: null,
  body: Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: maxKeyPairs }), edge: EdgeName }, Closed),
  responses: { 200: Type.Object({ items: Type.Array(EdgeKeyPair) }) },
  problems: ["edge-has-key"],
});

/** What a CA is to be shown that validates by tls-alpn-01. */
export const EdgeProof = Type.Object({
  identifier: Type.Object({ type: Type.Enum(["dns", "ip"]), value: Type.String() }),
  keyAuthorization: Type.String({ description: "RFC 8555 section 8.1: the token, a dot, the thumbprint." }),
});
export type EdgeProof = Static<typeof EdgeProof>;

export const edgeProof = operation({
  id: "edgeProof",
  method: "GET",
  path: "/v1/edge/proofs/{serverName}",
  tag: "Edges",
  summary: "Ask what proves a name to a CA",
  description:
    "For a handshake that offers `acme-tls/1` alone (RFC 8737), by the name in SNI; of an IP address that is the name of its reverse look-up. It is there as long as the CA may look.",
  scopes: ["edge"],
  role: null,
  params: Type.Object({ serverName: Type.String({ minLength: 1, maxLength: 253 }) }),
  responses: { 200: EdgeProof },
  problems: ["not-found"],
});

/**
 * What comes of a handshake for a name that the edge has no certificate for. `served`: there is one, the server is asked for it next;
 * `begun`: the domain has none yet, and is being tried now, whoever asked first; `waiting`: it has none, and a handshake does not
 * hasten it; `unknown`: the edge group has no such name, nor a wildcard above it.
 */
const Demand = Type.Union([
  Type.Object({ kind: Type.Literal("served"), certificate: EdgeCertificate }),
  Type.Object({
    kind: Type.Union([Type.Literal("begun"), Type.Literal("waiting")]),
    certificate: Type.Null(),
    coveredBy: Type.Enum(["name", "wildcard"], {
      description:
        "Which domain it is: `name`, the one of that name; `wildcard`, the one above it, whose certificate serves as many names as anybody makes up.",
    }),
  }),
  Type.Object({ kind: Type.Literal("unknown"), certificate: Type.Null() }),
]);

export const demandCertificate = operation({
  id: "demandCertificate",
  method: "POST",
  path: "/v1/edge/demands",
  tag: "Edges",
  summary: "Ask for the certificate of a name in a handshake",
  description:
    "For a name that the edge holds nothing for. A domain without a certificate that was never tried is tried at once, its check first; once an hour, and so many times an hour for each registered domain (`demands_per_domain`). One that fails goes on at its own pace. Ask again for the same name after a second at the earliest, or follow the feed.",
  scopes: ["edge"],
  role: null,
  body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 253 }), edge: EdgeName }, Closed),
  responses: { 200: Demand },
  problems: [],
});

export const sendReceipts = operation({
  id: "sendReceipts",
  method: "POST",
  path: "/v1/edge/receipts",
  tag: "Edges",
  summary: "Say what is served",
  description:
    "Idempotent: what was said before is not recorded again. A receipt for a certificate that is not the edge group's is passed over.",
  scopes: ["edge"],
  role: null,
  body: Type.Object({ edge: Label, receipts: Type.Array(Receipt, { maxItems: maxReceipts }) }, Closed),
  responses: {
    200: Type.Object({
      recorded: Type.Integer({ description: "Receipts that told something new." }),
    }),
  },
  problems: ["edge-has-key"],
});
