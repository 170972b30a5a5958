import { type Static, type TSchema, Type } from "typebox";

/** What a client sends: a misspelt property is refused rather than ignored. */
export const Closed = { additionalProperties: false } as const;

/** An identifier as the server gives it: opaque, although it happens to look like a number. */
export const Id = Type.String({ minLength: 1, maxLength: 40, description: "An opaque identifier." });

/** RFC 3339, always UTC in what the server sends. */
export const InstantText = Type.String({
  format: "date-time",
  description: "An instant as RFC 3339; in answers always in UTC.",
});

export const KeyType = Type.Enum(["p256", "rsa2048", "p256+rsa2048"], {
  description:
    "The type of the certificate's key. `p256+rsa2048`: a pair, two certificates for the same names, of which each client gets the one that it can verify.",
});

/** What the domains of an edge group or of a tenant have that do not say. */
export const UsualKeyType = Type.Enum(["p256", "p256+rsa2048"], {
  description: "The keys of domains that do not say: one certificate, or a pair.",
});
export type UsualKeyType = Static<typeof UsualKeyType>;

/** Which key the next certificate is for. */
export const KeyPolicy = Type.Object(
  {
    policy: Type.Enum(["new", "keep", "shared"], {
      description:
        "`new`: one of its own for each certificate. `keep`: the last one, for so many renewals. `shared`: one for all.",
    }),
    renewals: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 9_999, description: "Of `keep`: renewals with the same key." }),
    ),
  },
  { ...Closed, description: "Which key the next certificate is for." },
);
export type KeyPolicy = Static<typeof KeyPolicy>;

export const KeysKeptDays = Type.Integer({
  minimum: 0,
  maximum: 3_650,
  description: "How long a private key is kept when nothing uses it any more, in days; then it is destroyed.",
});

/** draft-ietf-acme-profiles */
export const ProfileName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[\\x21-\\x7e]+$",
  description: "A certificate profile that the CA's directory offers, such as `shortlived`.",
});

export const ChallengeType = Type.Enum(["http-01", "dns-01", "tls-alpn-01"], {
  description:
    "How names are proven to a CA: by a file on port 80, by a record in the DNS, or by a TLS handshake on port 443 that a TLS-terminating edge of Certmill answers.",
});
export type ChallengeType = Static<typeof ChallengeType>;

export type KeyType = Static<typeof KeyType>;

/**
 * A DNS name or an IP address as a person writes it: the server folds case, drops a trailing dot, turns an IDN into
 * A-labels, and gives an address its one text (RFC 5952). Its length is bounded generously, so that a name over 253 is refused by rule, not by schema.
 */
export const NameText = Type.String({
  minLength: 1,
  maxLength: 1_000,
  description: "A DNS name or an IP address.",
});

export const labelPattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

export const Label = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: labelPattern,
  description: "A name the operator gives: letters, digits, dots, hyphens and underscores.",
});

export const WantedCas = Type.Union(
  [Label, Type.Array(Label, { minItems: 1, maxItems: 10, uniqueItems: true })],
  {
    description:
      "The only CA that is to issue; or several, in order of preference: while one is down, has no budget left or refuses the names, the next takes over.",
  },
);

export const Cursor = Type.String({
  minLength: 1,
  maxLength: 500,
  description: "Where to go on: an opaque text from an earlier answer.",
});

/** Seconds a long poll may be held when there is nothing to tell yet. */
export const WaitSeconds = Type.Integer({
  minimum: 0,
  maximum: 30,
  description: "How many seconds to wait for news when there is none; 0 answers at once.",
});

const Limit = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  description: "At most so many items; 100 by default.",
});

/** The query of every paged list. */
export const PageQuery = { after: Type.Optional(Cursor), limit: Type.Optional(Limit) };

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** `next` is the `after` of the next page; null: this was the last one. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Cursor) });
