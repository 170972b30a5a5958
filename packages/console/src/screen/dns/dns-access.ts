import type { DnsAccess } from "@certmill/api";

export type DnsKind = DnsAccess["kind"];

/** What a form asks for a kind of provider: the names of the API's own fields. */
export interface AccessField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly required: boolean;
  readonly isSecret?: boolean;
}

const needed = (name: string, label: string, hint?: string): AccessField => ({
  name,
  label,
  required: true,
  ...(hint === undefined ? {} : { hint }),
});
const spare = (name: string, label: string, hint: string): AccessField => ({
  name,
  label,
  hint,
  required: false,
});
const secret = (field: AccessField): AccessField => ({ ...field, isSecret: true });

export const accessFields: Readonly<Record<DnsKind, readonly AccessField[]>> = {
  rfc2136: [
    needed("server", "Name server", "That takes updates; with a :port or without."),
    spare("keyName", "TSIG key", "Its name."),
    secret(spare("keySecret", "TSIG secret", "In base64.")),
  ],
  powerdns: [
    needed("url", "URL of its API"),
    secret(needed("apiKey", "API key")),
    spare("serverId", "Server", "Empty: localhost."),
  ],
  "acme-dns": [
    needed("url", "URL"),
    needed("subdomain", "Subdomain", "Of the registration."),
    needed("username", "User name", "Of the registration."),
    secret(needed("password", "Password", "Of the registration.")),
  ],
  exec: [needed("program", "Program", "A file's name in the servers' dns_hook_directory.")],
  cloudflare: [secret(needed("apiToken", "API token", "One that may edit the zone's DNS."))],
  route53: [
    needed("hostedZoneId", "Hosted zone", "Its id."),
    spare("accessKeyId", "Access key", "Its id. Empty: what AWS' tools find on the servers."),
    secret(spare("secretAccessKey", "Secret access key", "Empty: as the access key.")),
  ],
};

/** The access as the API takes it: what is empty is left out, and what is of another kind. */
export function accessOf(kind: DnsKind, values: Readonly<Record<string, string>>): DnsAccess {
  const given = accessFields[kind]
    .map(({ name }) => [name, values[name]?.trim() ?? ""] as const)
    .filter(([, value]) => value !== "");
  // The fields are the API's own; a test holds each against its schema.
  return { kind, ...Object.fromEntries(given) } as DnsAccess;
}
