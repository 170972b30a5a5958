/**
 * Cloudflare's API (https://developers.cloudflare.com/api/resources/dns/). Each text is a record of its own, with an id.
 * Its npm client is 120 MB for the four requests that are made here (docs/decisions/0021-dns.md).
 */
import { Type } from "typebox";
import Value from "typebox/value";
import { type ApiReply, type ApiRequest, askApi, refusedBy } from "./ask-api.ts";
import { type DnsProvider, ProviderFault, recordLifetime, type TextRecord } from "./dns-provider.ts";

export interface CloudflareAccess {
  /** Of the kind that may edit the zone's DNS. */
  readonly apiToken: string;
  /** Another address than Cloudflare's, for a proxy before it. */
  readonly url?: string;
}

const api = "Cloudflare";
const ownUrl = "https://api.cloudflare.com/client/v4";

const Found = Type.Object({ result: Type.Array(Type.Object({ id: Type.String() })) });
const Texts = Type.Object({ result: Type.Array(Type.Object({ id: Type.String(), content: Type.String() })) });

export function cloudflare({ apiToken, url = ownUrl }: CloudflareAccess): DnsProvider {
  const base = url.replace(/\/+$/, "");
  const ask = (request: Pick<ApiRequest, "method" | "body"> & { path: string }, signal: AbortSignal) =>
    askApi(
      {
        api,
        method: request.method,
        url: base + request.path,
        headers: { authorization: `Bearer ${apiToken}` },
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      signal,
    );
  return {
    add: async (record, signal) => {
      const zone = await findZone(record.zone, ask, signal);
      if ((await findTexts(zone, record, ask, signal)).length > 0) return;
      const body = { type: "TXT", name: record.name, content: `"${record.text}"`, ttl: recordLifetime };
      const reply = await ask({ method: "POST", path: `/zones/${zone}/dns_records`, body }, signal);
      if (reply.status !== 200) throw refusedBy(api, reply);
    },
    remove: async (record, signal) => {
      const zone = await findZone(record.zone, ask, signal);
      for (const id of await findTexts(zone, record, ask, signal)) {
        const path = `/zones/${zone}/dns_records/${encodeURIComponent(id)}`;
        const reply = await ask({ method: "DELETE", path }, signal);
        if (reply.status !== 200 && reply.status !== 404) throw refusedBy(api, reply);
      }
    },
  };
}

type Ask = (
  request: Pick<ApiRequest, "method" | "body"> & { path: string },
  signal: AbortSignal,
) => Promise<ApiReply>;

async function findZone(name: string, ask: Ask, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({ name }).toString();
  const reply = await ask({ method: "GET", path: `/zones?${query}` }, signal);
  if (reply.status !== 200) throw refusedBy(api, reply);
  const [zone] = Value.Check(Found, reply.body) ? reply.body.result : [];
  if (zone === undefined) throw new ProviderFault(`${api}: the token sees no zone ${name}.`);
  return encodeURIComponent(zone.id);
}

/** The ids of the records that have this text. */
async function findTexts(
  zone: string,
  { name, text }: TextRecord,
  ask: Ask,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // Names have few texts; 100 is the page's size.
  const query = new URLSearchParams({ type: "TXT", name, per_page: "100" }).toString();
  const reply = await ask({ method: "GET", path: `/zones/${zone}/dns_records?${query}` }, signal);
  if (reply.status !== 200) throw refusedBy(api, reply);
  if (!Value.Check(Texts, reply.body))
    throw new ProviderFault(`${api} answered something else than records.`);
  return reply.body.result.filter(({ content }) => content.replaceAll('"', "") === text).map(({ id }) => id);
}
