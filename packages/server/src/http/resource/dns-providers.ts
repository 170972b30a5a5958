import type { DnsAccess, DnsProvider, NewDnsProvider, Operations } from "@certmill/api";
import { type Instant, normaliseName } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type DnsProviderRow, findDnsProvider, listDnsProviders } from "../../store/read/dns-providers.ts";
import { deleteDnsProvider, insertDnsProvider } from "../../store/write/dns-providers.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { SealText, TryZone } from "../ports.ts";
import { instantText } from "../present/instant-text.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly sealText: SealText;
  readonly tryZone: TryZone;
}

export function addDnsProviderHandler({
  db,
  now,
  sealText,
}: Pick<Tools, "db" | "now" | "sealText">): Handler<Operations["addDnsProvider"]> {
  return async ({ body, repeatable }) => {
    const zones = zonesOf(body);
    const { kind, settings, secret } = split(body.access);
    const provider = {
      name: body.name,
      kind,
      settings,
      secret: secret === null ? null : sealText(JSON.stringify(secret)),
      zones,
      delegationZone: body.delegations === true ? zones[0] : null,
      wildcardsOnly: body.wildcardsOnly ?? false,
    };
    return withAnswerKept<Operations["addDnsProvider"]>(db, repeatable, now(), async (trx) => {
      const inserted = await insertDnsProvider(trx, provider, now());
      switch (inserted.kind) {
        case "name-taken":
          throw new Refusal("dns-provider-exists", `The name "${body.name}" is taken.`);
        case "zone-taken":
          throw new Refusal("dns-zone-taken", `The zone ${inserted.zone} is another provider's.`);
        case "delegations-taken":
          throw new Refusal("dns-zone-taken", `Names are delegated into ${inserted.zone} already.`);
        case "inserted":
          return { status: 201, body: present(await wanted(trx, body.name)) };
      }
    });
  };
}

/** @throws {Refusal} `invalid-request` */
function zonesOf({ zones }: NewDnsProvider): readonly [string, ...string[]] {
  const names = zones.map((zone, index) => {
    const normalised = normaliseName(zone, "private");
    if (!normalised.ok) throw oneFault(`/zones/${index}`, normalised.reason);
    if (normalised.name.startsWith("*."))
      throw oneFault(`/zones/${index}`, "A zone is a name, not a wildcard.");
    return normalised.name;
  });
  const [first, ...others] = [...new Set(names)];
  if (first === undefined) throw oneFault("/zones", "At least one zone is needed.");
  return [first, ...others];
}

const secretFields: Readonly<Record<DnsAccess["kind"], readonly string[]>> = {
  rfc2136: ["keySecret"],
  powerdns: ["apiKey"],
  "acme-dns": ["password"],
  exec: [],
  cloudflare: ["apiToken"],
  route53: ["secretAccessKey"],
};

/** What is secret apart from what may be shown. @throws {Refusal} for half of a pair. */
function split(access: DnsAccess) {
  if (access.kind === "rfc2136" && (access.keyName === undefined) !== (access.keySecret === undefined))
    throw oneFault("/access", "A TSIG key has a name and a secret: keyName and keySecret go together.");
  if (
    access.kind === "route53" &&
    (access.accessKeyId === undefined) !== (access.secretAccessKey === undefined)
  )
    throw oneFault("/access", "accessKeyId and secretAccessKey go together.");
  const { kind, ...fields } = access;
  const isSecret = ([field]: [string, unknown]): boolean => secretFields[kind].includes(field);
  const entries = Object.entries(fields);
  const secret = entries.filter(isSecret);
  return {
    kind,
    settings: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secret: secret.length === 0 ? null : Object.fromEntries(secret),
  };
}

export function listDnsProvidersHandler({ db }: Pick<Tools, "db">): Handler<Operations["listDnsProviders"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("dns-providers", 1, after)?.[0] ?? null;
    const rows = await listDnsProviders(db, { after: cursor, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, present, ({ name }) => encodeCursor("dns-providers", [name])),
    };
  };
}

export function removeDnsProviderHandler({
  db,
}: Pick<Tools, "db">): Handler<Operations["removeDnsProvider"]> {
  return async ({ params: { name }, query: { forget = false } }) =>
    db.transaction().execute(async (trx) => {
      const row = await wanted(trx, name);
      const records = row.records_wanted + row.records_to_remove;
      if (records > 0 && !forget)
        throw new Refusal(
          "dns-provider-in-use",
          `${records === 1 ? "1 record is" : `${records} records are`} there.`,
        );
      await deleteDnsProvider(trx, row.id);
      return { status: 200, body: present(row) };
    });
}

/** Of one provider: each takes half a minute at most. */
const mostZonesTried = 10;

export function testDnsProviderHandler({
  db,
  tryZone,
}: Pick<Tools, "db" | "tryZone">): Handler<Operations["testDnsProvider"]> {
  return async ({ params: { name }, signal }) => {
    const { zones } = await wanted(db, name);
    const tried = await Promise.all(zones.slice(0, mostZonesTried).map((zone) => tryZone(zone, signal)));
    return {
      status: 200,
      body: { zones: tried.map(({ steps, ...zone }) => ({ ...zone, steps: [...steps] })) },
    };
  };
}

/** @throws {Refusal} `not-found` */
async function wanted(db: Db, name: string): Promise<DnsProviderRow> {
  const row = await findDnsProvider(db, name);
  if (row === null) throw new Refusal("not-found", `There is no DNS provider "${name}".`);
  return row;
}

const present = (row: DnsProviderRow): DnsProvider => ({
  name: row.name,
  kind: row.kind,
  zones: row.zones,
  delegationZone: row.delegation_zone,
  wildcardsOnly: row.wildcards_only,
  settings: row.settings,
  records: { wanted: row.records_wanted, toRemove: row.records_to_remove, fault: row.removal_fault },
  createdAt: instantText(row.created_at),
});
