import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, NameText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

/** When a certificate is renewed; its CA may have a say in it (RFC 9773). */
export const Renewal = Type.Object({
  at: Nullable(InstantText),
  window: Nullable(
    Type.Object(
      { start: InstantText, end: InstantText },
      { description: "When the CA suggests to renew; null: it says nothing, and the lifetime decides." },
    ),
  ),
  urgent: Type.Boolean({
    description: "The CA has moved the window into the past, as it does when it revokes.",
  }),
  explanationUrl: Nullable(
    Type.String({ description: "The CA's page that says why the window is where it is." }),
  ),
  asksAgainAt: Nullable(InstantText),
});
export type Renewal = Static<typeof Renewal>;

const issued = {
  id: Id,
  serial: Type.String({ description: "Lower-case hex, two digits a byte." }),
  issuer: Type.String(),
  notBefore: InstantText,
  notAfter: InstantText,
};

/** A certificate as seen from its domain. */
export const IssuedCertificate = Type.Object({ ...issued, renewal: Renewal });
export type IssuedCertificate = Static<typeof IssuedCertificate>;

export const Certificate = Type.Object({
  ...issued,
  names: Type.Array(Type.String()),
  fingerprint: Type.String({ description: "Lower-case hex SHA-256 of the leaf's DER." }),
  ca: Nullable(
    Type.String({ description: "null: it was imported, and its CA is none of those that are here." }),
  ),
  tenant: Nullable(Type.String()),
  current: Type.Boolean({ description: "Whether it is the one to be served now." }),
  storedAt: InstantText,
  keyFingerprint: Nullable(
    Type.String({
      description: "SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex; null: not read yet.",
    }),
  ),
  keyDestroyedAt: Nullable(InstantText),
  revokedAt: Nullable(InstantText),
  revocationReason: Nullable(Type.String({ description: "As RFC 5280 section 5.3.1 names it." })),
  renewal: Nullable(Renewal),
});
export type Certificate = Static<typeof Certificate>;

const IdParams = Type.Object({ id: Id });

export const listCertificates = operation({
  id: "listCertificates",
  method: "GET",
  path: "/v1/certificates",
  tag: "Certificates",
  summary: "List certificates",
  description: "The newest first. Never with a key.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  query: Type.Object({ ...PageQuery, domain: Type.Optional(NameText) }, Closed),
  responses: { 200: Page(Certificate) },
  problems: ["invalid-cursor"],
});

export const showCertificate = operation({
  id: "showCertificate",
  method: "GET",
  path: "/v1/certificates/{id}",
  tag: "Certificates",
  summary: "Show a certificate",
  description: "Never with its key.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: IdParams,
  responses: { 200: Certificate },
  problems: ["not-found"],
});

export const certificateChain = operation({
  id: "certificateChain",
  method: "GET",
  path: "/v1/certificates/{id}/chain",
  tag: "Certificates",
  summary: "Download a certificate's chain",
  description: "As the CA delivered it, the leaf first.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  params: IdParams,
  responses: { 200: { mediaType: "application/pem-certificate-chain", description: "The chain as PEM." } },
  problems: ["not-found"],
});

export const exportCertificate = operation({
  id: "exportCertificate",
  method: "GET",
  path: "/v1/certificates/{id}/export",
  tag: "Certificates",
  summary: "Export a certificate with its key",
  description: "The private key in the clear. Every export is an event in the domain's timeline.",
  scopes: ["admin"],
  role: "admin",
  audited: true,
  params: IdParams,
  responses: { 200: Type.Object({ chainPem: Type.String(), keyPem: Type.String() }) },
  problems: ["not-found", "key-destroyed"],
});
