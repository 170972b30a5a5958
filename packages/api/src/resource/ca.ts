import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

/** Directories that can be named instead of written out. */
export const builtInDirectories = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

export const NewCa = Type.Object(
  {
    name: Label,
    directory: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: `The ACME directory's URL, or one of: ${Object.keys(builtInDirectories).join(", ")}.`,
    }),
    contact: Type.Array(Type.String({ minLength: 1, maxLength: 320 }), {
      maxItems: 10,
      description: "E-mail addresses or `mailto:` URLs for the CA's notices; may be empty.",
    }),
    termsAgreed: Type.Boolean({ description: "Whether the operator agrees to the CA's terms of service." }),
    eab: Type.Optional(
      Type.Object(
        {
          keyId: Type.String({ minLength: 1, maxLength: 500 }),
          hmacKey: Type.String({
            minLength: 1,
            maxLength: 2_000,
            description: "base64url, as the CA gave it.",
          }),
        },
        { ...Closed, description: "External account binding (RFC 8555, 7.3.4), where the CA wants it." },
      ),
    ),
    rootPem: Type.Optional(
      Type.String({
        maxLength: 100_000,
        description: "PEM roots for the CA's own HTTPS; without it the system's are used.",
      }),
    ),
    allowPrivateNames: Type.Optional(
      Type.Boolean({
        description:
          "Accept single labels, reserved TLDs and public suffixes too: for a private CA. Default false.",
      }),
    ),
    maxOrdersInFlight: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: "Default 64." }),
    ),
    default: Type.Optional(
      Type.Boolean({
        description: "Issue from it unless a domain says otherwise. The first CA is it anyway.",
      }),
    ),
  },
  Closed,
);
export type NewCa = Static<typeof NewCa>;

export const Ca = Type.Object({
  name: Type.String(),
  directory: Type.String(),
  allowPrivateNames: Type.Boolean(),
  maxOrdersInFlight: Type.Integer(),
  default: Type.Boolean(),
  accountUrl: Nullable(Type.String()),
  contact: Type.Array(Type.String()),
  createdAt: InstantText,
});
export type Ca = Static<typeof Ca>;

export const addCa = operation({
  id: "addCa",
  method: "POST",
  path: "/v1/cas",
  tag: "CAs",
  summary: "Add a CA",
  description: "Makes an account at the CA; its key is stored encrypted.",
  scopes: ["admin"],
  body: NewCa,
  idempotencyKey: true,
  responses: { 201: Ca },
  problems: ["ca-exists", "terms-not-agreed", "account-binding-required", "ca-refused", "ca-unreachable"],
});

export const listCas = operation({
  id: "listCas",
  method: "GET",
  path: "/v1/cas",
  tag: "CAs",
  summary: "List the CAs",
  description: "In the order of their names.",
  scopes: ["admin"],
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Ca) },
  problems: ["invalid-cursor"],
});
