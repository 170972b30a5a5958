import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, NameText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const Secret = (description: string) => Type.String({ minLength: 1, maxLength: 2_000, description });
const Url = Type.String({ minLength: 1, maxLength: 500, pattern: "^https?://[^\\s]+$" });

/** How a zone is written into, by the kind of whoever has it. */
export const DnsAccess = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal("rfc2136"),
        server: Type.String({
          minLength: 1,
          maxLength: 300,
          pattern: "^[^\\s/]+$",
          description: "The name server that takes updates: a name or an address, with a `:port` or without.",
        }),
        keyName: Type.Optional(
          Type.String({ minLength: 1, maxLength: 253, description: "The TSIG key's name." }),
        ),
        keyAlgorithm: Type.Optional(
          Type.Enum(["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1"], {
            description: "Default `hmac-sha256`.",
          }),
        ),
        keySecret: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 2_000,
            pattern: "^[A-Za-z0-9+/]+=*$",
            description: "Its secret, base64.",
          }),
        ),
      },
      { ...Closed, title: "rfc2136" },
    ),
    Type.Object(
      {
        kind: Type.Literal("powerdns"),
        url: Url,
        apiKey: Secret("Its `api-key`."),
        serverId: Type.Optional(
          Type.String({ minLength: 1, maxLength: 100, description: "Default `localhost`." }),
        ),
      },
      { ...Closed, title: "powerdns" },
    ),
    Type.Object(
      {
        kind: Type.Literal("acme-dns"),
        url: Url,
        subdomain: Type.String({ minLength: 1, maxLength: 100, description: "Of the registration." }),
        username: Type.String({ minLength: 1, maxLength: 200 }),
        password: Secret("Of the registration."),
      },
      { ...Closed, title: "acme-dns" },
    ),
    Type.Object(
      {
        kind: Type.Literal("exec"),
        program: Type.String({
          minLength: 1,
          maxLength: 100,
          pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
          description: "A file's name in the servers' `dns_hook_directory`.",
        }),
      },
      { ...Closed, title: "exec" },
    ),
    Type.Object(
      {
        kind: Type.Literal("cloudflare"),
        apiToken: Secret("One that may edit the zone's DNS."),
        url: Type.Optional(Url),
      },
      { ...Closed, title: "cloudflare" },
    ),
    Type.Object(
      {
        kind: Type.Literal("route53"),
        hostedZoneId: Type.String({ minLength: 1, maxLength: 100 }),
        accessKeyId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        secretAccessKey: Type.Optional(Secret("Without both, what AWS' tools find on the servers is used.")),
        url: Type.Optional(Url),
      },
      { ...Closed, title: "route53" },
    ),
  ],
  { description: "How records get into the zones. What is secret is stored encrypted, and never shown." },
);
export type DnsAccess = Static<typeof DnsAccess>;

export const dnsProviderKinds = ["rfc2136", "powerdns", "acme-dns", "exec", "cloudflare", "route53"] as const;

export const NewDnsProvider = Type.Object(
  {
    name: Label,
    zones: Type.Array(NameText, {
      minItems: 1,
      maxItems: 1_000,
      description: "As the provider has them; a name belongs to the longest zone that it is in.",
    }),
    access: DnsAccess,
    delegations: Type.Optional(
      Type.Boolean({
        description:
          "Whether names that are in no zone are to be delegated into the first of these, by a CNAME that their owner sets once. Default false.",
      }),
    ),
    wildcardsOnly: Type.Optional(
      Type.Boolean({
        description:
          "Prove only wildcards and what asks for it by DNS-01 in these zones; else every name of theirs is. Default false.",
      }),
    ),
  },
  Closed,
);
export type NewDnsProvider = Static<typeof NewDnsProvider>;

export const DnsProvider = Type.Object({
  name: Type.String(),
  kind: Type.Enum(dnsProviderKinds),
  zones: Type.Array(Type.String()),
  delegationZone: Nullable(Type.String({ description: "Where names that are in no zone are delegated to." })),
  wildcardsOnly: Type.Boolean(),
  settings: Type.Record(Type.String(), Type.Unknown(), { description: "Of its access, what is no secret." }),
  records: Type.Object(
    {
      wanted: Type.Integer({ description: "For issuances that are under way." }),
      toRemove: Type.Integer({ description: "That nobody needs any more, and that are still there." }),
      fault: Nullable(Type.String({ description: "Why the last of these could not be taken away." })),
    },
    { description: "What Certmill has, or may have, in its zones now." },
  ),
  createdAt: InstantText,
});
export type DnsProvider = Static<typeof DnsProvider>;

export const addDnsProvider = operation({
  id: "addDnsProvider",
  method: "POST",
  path: "/v1/dns-providers",
  tag: "DNS",
  summary: "Add a DNS provider",
  description:
    "Whoever has zones that the proofs of DNS-01 are written into. Nothing is written before a certificate needs it; try it out with `/test`.",
  scopes: ["admin"],
  role: "operator",
  body: NewDnsProvider,
  idempotencyKey: true,
  responses: { 201: DnsProvider },
  problems: ["dns-provider-exists", "dns-zone-taken"],
});

export const listDnsProviders = operation({
  id: "listDnsProviders",
  method: "GET",
  path: "/v1/dns-providers",
  tag: "DNS",
  summary: "List the DNS providers",
  description: "In the order of their names.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(DnsProvider) },
  problems: ["invalid-cursor"],
});

export const removeDnsProvider = operation({
  id: "removeDnsProvider",
  method: "DELETE",
  path: "/v1/dns-providers/{name}",
  tag: "DNS",
  summary: "Remove a DNS provider",
  description: "While there are records of Certmill's in its zones, only with `forget`: they stay there.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  query: Type.Object({ forget: Type.Optional(Type.Boolean()) }, Closed),
  responses: { 200: DnsProvider },
  problems: ["not-found", "dns-provider-in-use"],
});

const TestStep = Type.Object({
  step: Type.Enum(["write", "look", "remove"], {
    description: "`look`: whether all name servers of the zone have the record.",
  }),
  fault: Nullable(Type.String({ description: "Null: it went well." })),
  durationMs: Type.Integer(),
});

export const DnsTest = Type.Object({
  zones: Type.Array(
    Type.Object({
      zone: Type.String(),
      record: Type.String({ description: "The record's name that was tried." }),
      steps: Type.Array(TestStep, { description: "As far as it came." }),
    }),
  ),
});
export type DnsTest = Static<typeof DnsTest>;

export const testDnsProvider = operation({
  id: "testDnsProvider",
  method: "POST",
  path: "/v1/dns-providers/{name}/test",
  tag: "DNS",
  summary: "Try a DNS provider out",
  description:
    "In the first ten of its zones a record of a random name is written, looked for at all name servers for up to 20 seconds, and taken away again.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  responses: { 200: DnsTest },
  problems: ["not-found"],
});
