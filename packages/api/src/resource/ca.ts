import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, Nullable, Page, PageQuery, ProfileName } from "../fields.ts";
import { operation } from "../operation.ts";
import { LimitSetName } from "./limit.ts";

/** Directories that can be named instead of written out. */
export const builtInDirectories = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  zerossl: "https://acme.zerossl.com/v2/DV90",
  google: "https://dv.acme-v02.api.pki.goog/directory",
} as const;

const MaxOrdersInFlight = Type.Integer({ minimum: 1, maximum: 100_000, description: "Default 64." });

const Weight = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description:
    "Its share of the orders that no rule and no domain sends elsewhere, beside the other CAs' weights; 0: none of them.",
});

const CaaIdentities = Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
  maxItems: 20,
  description: "What CAA records call it, such as `letsencrypt.org`.",
});

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
    accountKey: Type.Optional(
      Type.String({
        maxLength: 20_000,
        description:
          "The private key, as PEM, of an account that there is: it is used, and none is made. It is never told again.",
      }),
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
    maxOrdersInFlight: Type.Optional(MaxOrdersInFlight),
    default: Type.Optional(
      Type.Boolean({
        description: "Issue from it unless a domain says otherwise. The first CA is it anyway.",
      }),
    ),
    weight: Type.Optional(Weight),
    limits: Type.Optional(LimitSetName),
    caaIdentities: Type.Optional(CaaIdentities),
    profile: Type.Optional(ProfileName),
  },
  {
    ...Closed,
    description:
      "`weight`: by default 100 for the default CA and 0 for others. `limits`: by default those known for the directory's host. `caaIdentities`: by default what the CA's directory says.",
  },
);
export type NewCa = Static<typeof NewCa>;

/** Whether a CA gets orders now. */
export const caState = {
  state: Type.Enum(["well", "slow", "failing"], {
    description:
      "`slow`: it asked for patience, and nothing is planned there before `stateUntil`. `failing`: most of what was asked of it failed; from `stateUntil` on one order at a time tries it out.",
  }),
  stateUntil: Nullable(InstantText),
};

export const Ca = Type.Object({
  name: Type.String(),
  directory: Type.String(),
  allowPrivateNames: Type.Boolean(),
  maxOrdersInFlight: Type.Integer(),
  default: Type.Boolean(),
  weight: Type.Integer(),
  limits: LimitSetName,
  caaIdentities: Type.Array(Type.String()),
  profile: Nullable(
    Type.String({ description: "What its orders ask for, unless a domain wishes for another." }),
  ),
  profiles: Type.Array(Type.String(), { description: "What its directory offers." }),
  ...caState,
  statusPage: Nullable(
    Type.Object(
      { status: Type.Enum(["fine", "degraded", "down"]), readAt: InstantText },
      { description: "What the CA says of itself; it slows the pace, and stops nothing." },
    ),
  ),
  accountUrl: Nullable(Type.String()),
  accountThumbprint: Nullable(
    Type.String({
      description:
        "Of the account's key (RFC 7638): what a proxy that answers challenges by itself puts behind the token.",
    }),
  ),
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
  description: "Makes an account at the CA, or takes one that there is; its key is stored encrypted.",
  scopes: ["admin"],
  role: "operator",
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
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Ca) },
  problems: ["invalid-cursor"],
});

export const CaChange = Type.Object(
  {
    weight: Type.Optional(Weight),
    limits: Type.Optional(LimitSetName),
    caaIdentities: Type.Optional(CaaIdentities),
    profile: Type.Optional(Nullable(ProfileName)),
    maxOrdersInFlight: Type.Optional(MaxOrdersInFlight),
    default: Type.Optional(
      Type.Literal(true, {
        description: "Issue from it unless a domain says otherwise; another CA ceases to be the default.",
      }),
    ),
  },
  { ...Closed, minProperties: 1 },
);
export type CaChange = Static<typeof CaChange>;

export const changeCa = operation({
  id: "changeCa",
  method: "PATCH",
  path: "/v1/cas/{name}",
  tag: "CAs",
  summary: "Change a CA's settings",
  description:
    "What is not given stays. With `default`, the weights of 100 and 0 that the old default and this CA had by default change sides; another weight stays.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  body: CaChange,
  responses: { 200: Ca },
  problems: ["not-found"],
});
