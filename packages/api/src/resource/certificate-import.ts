import { type Static, Type } from "typebox";
import { Closed, InstantText, KeyType, Label, NameText, Nullable, WantedCas } from "../fields.ts";
import { operation } from "../operation.ts";

/** Certificates a batch may have: with long chains and RSA keys they stay under the body limit of 4 MiB. */
export const maxImportedCertificates = 200;

const DirectoryUrl = Type.String({ minLength: 1, maxLength: 2_000 });

export const CertificateToImport = Type.Object(
  {
    path: Type.String({ maxLength: 4_096, description: "Where it was found, for the reader of the report." }),
    name: Type.Optional(NameText),
    chain: Type.String({ maxLength: 262_144, description: "PEM, the leaf first." }),
    key: Type.String({ maxLength: 20_000, description: "The private key as PEM. It is never told again." }),
    directory: Type.Optional(DirectoryUrl),
    accountUrl: Type.Optional(DirectoryUrl),
  },
  {
    ...Closed,
    description:
      "`name`: which of its names stands for all; the first by default. `directory`, `accountUrl`: the ACME directory and the account that it came from, where that is known.",
  },
);
export type CertificateToImport = Static<typeof CertificateToImport>;

export const CertificateImport = Type.Object(
  {
    certificates: Type.Array(CertificateToImport, { minItems: 1, maxItems: maxImportedCertificates }),
    dryRun: Type.Optional(Type.Boolean({ description: "Say what would happen and change nothing." })),
    tenant: Type.Optional(Label),
    edgeGroup: Type.Optional(Label),
    ca: Type.Optional(WantedCas),
    keyType: Type.Optional(KeyType),
  },
  Closed,
);
export type CertificateImport = Static<typeof CertificateImport>;

export const ImportedCertificate = Type.Object({
  path: Type.String(),
  domain: Nullable(Type.String({ description: "null: it could not be read so far." })),
  outcome: Type.Enum(["imported", "known", "outdated", "rejected"], {
    description:
      "`imported`: it is served from now on. `known`: it was here already. `outdated`: a newer one is served. `rejected`: see `reason`.",
  }),
  code: Nullable(
    Type.String({ description: "Stable, of a rejection: `expired`, `key-mismatch`, `domain-exists`, …" }),
  ),
  reason: Nullable(Type.String()),
  ofPair: Type.Boolean({
    description:
      "Whether it is served beside the P-256 certificate for the same names, as the RSA one of a pair.",
  }),
  notAfter: Nullable(InstantText),
  renewsAt: Nullable(InstantText),
  replaceable: Type.Boolean({
    description:
      "Whether its renewal may say that it replaces it, which frees it from limits: its account at its CA is the one here.",
  }),
});
export type ImportedCertificate = Static<typeof ImportedCertificate>;

export const importCertificates = operation({
  id: "importCertificates",
  method: "POST",
  path: "/v1/certificate-imports",
  tag: "Certificates",
  summary: "Import certificates with their keys",
  description:
    "Each one that can be served is, at once, and is renewed in its time; the others are told with the reason. Of those for the same names the newest is; a P-256 and an RSA one that come in one call are both, as a pair, unless `keyType` names one key. Results are in the order of the request. Sending the same again changes nothing, so it needs no Idempotency-Key.",
  scopes: ["admin"],
  role: "operator",
  body: CertificateImport,
  responses: { 200: Type.Object({ results: Type.Array(ImportedCertificate) }) },
  problems: ["ca-missing", "edge-group-missing"],
});
