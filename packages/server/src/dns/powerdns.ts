/**
 * PowerDNS' HTTP API (https://doc.powerdns.com/authoritative/http-api/). It has records by sets only: a set is read, and
 * written with the text more or less. Whoever does so holds the name (store/dns/dns-records.ts), so that none of ours is lost.
 */
import { Type } from "typebox";
import Value from "typebox/value";
import { askApi, refusedBy } from "./ask-api.ts";
import { type DnsProvider, ProviderFault, recordLifetime, type TextRecord } from "./dns-provider.ts";
import { type NextTexts, providerOfSets } from "./text-set.ts";

export interface PowerDnsAccess {
  /** Such as `http://192.0.2.53:8081`. */
  readonly url: string;
  readonly apiKey: string;
  /** Default: `localhost`, which is what the server calls itself. */
  readonly serverId?: string;
}

const TextSet = Type.Object({
  name: Type.String(),
  type: Type.String(),
  ttl: Type.Integer(),
  records: Type.Array(Type.Object({ content: Type.String(), disabled: Type.Optional(Type.Boolean()) })),
});
const Zone = Type.Object({ rrsets: Type.Array(TextSet) });

const api = "PowerDNS";

export function powerDns(access: PowerDnsAccess): DnsProvider {
  return providerOfSets((record, next, signal) => change(access, { record, next }, signal));
}

async function change(
  access: PowerDnsAccess,
  { record, next }: { readonly record: TextRecord; readonly next: NextTexts },
  signal: AbortSignal,
): Promise<void> {
  const url = zoneUrl(access, record.zone);
  const headers = { "x-api-key": access.apiKey };
  const name = `${record.name}.`;
  const read = `${url}?${new URLSearchParams({ rrset_name: name, rrset_type: "TXT" }).toString()}`;
  const reply = await askApi({ api, method: "GET", url: read, headers }, signal);
  if (reply.status !== 200) throw refusedBy(api, reply);
  if (!Value.Check(Zone, reply.body)) throw new ProviderFault(`${api} answered something else than a zone.`);
  // Versions before 4.8 answer with the whole zone.
  const set = reply.body.rrsets.find((each) => each.type === "TXT" && each.name.toLowerCase() === name);
  const wanted = next(set?.records.map(({ content }) => content) ?? [], `"${record.text}"`);
  if (wanted === null) return;
  const disabled = new Set(set?.records.flatMap((each) => (each.disabled === true ? [each.content] : [])));
  const rrset =
    wanted.length === 0
      ? { name, type: "TXT", changetype: "DELETE" }
      : {
          name,
          type: "TXT",
          ttl: set?.ttl ?? recordLifetime,
          changetype: "REPLACE",
          records: wanted.map((content) => ({ content, disabled: disabled.has(content) })),
        };
  const written = await askApi({ api, method: "PATCH", url, headers, body: { rrsets: [rrset] } }, signal);
  if (written.status !== 204) throw refusedBy(api, written);
}

const zoneUrl = ({ url, serverId = "localhost" }: PowerDnsAccess, zone: string): string =>
  `${url.replace(/\/+$/, "")}/api/v1/servers/${encodeURIComponent(serverId)}/zones/${encodeURIComponent(`${zone}.`)}`;
