/** What an installation's database says in the end, and what the CA says of the same orders. */
import { undiciTransport } from "@certmill/acme";
import { sql } from "kysely";
import { systemClock } from "../../../packages/server/src/clock.ts";
import { type CaConnection, CaConnections } from "../../../packages/server/src/effects/ca-connections.ts";
import { readKeyFile } from "../../../packages/server/src/keys/key-ring.ts";
import {
  type Database,
  type DatabasePlace,
  openDatabase,
} from "../../../packages/server/src/store/database.ts";
import type { Installation } from "./installation.ts";

export interface LineageEntry {
  readonly name: string;
  readonly state: string;
  readonly certificates: number;
  /** Issuances, by how they ended and why; `live` for one that has not. */
  readonly issuances: readonly string[];
  /** The status that the CA gives each order we know of. */
  readonly orders: readonly string[];
}

export interface Ledger {
  /** By name. */
  readonly lineages: readonly LineageEntry[];
  /** Tokens that a responder would still answer. */
  readonly challengesPublished: number;
}

interface Row {
  readonly name: string;
  readonly state: string;
  readonly ca_id: string;
  readonly certificates: number;
  readonly issuances: readonly string[];
  readonly order_urls: readonly (string | null)[];
}

/** With the embedded database the server must have ended: one process has it at a time. */
export async function readLedger(
  { dataDirectory, keyFile }: Installation,
  databaseUrl: string | null,
): Promise<Ledger> {
  const place: DatabasePlace =
    databaseUrl === null
      ? { kind: "embedded", directory: dataDirectory }
      : { kind: "postgresql", url: databaseUrl, connections: 2 };
  const keyRing = await readKeyFile(keyFile);
  await using database = await openDatabase(place);
  await using connections = new CaConnections({
    db: database.db,
    keyRing: () => keyRing,
    clock: systemClock,
    onRequest: () => {},
    openTransport: (rootPem) => undiciTransport({ rootPem }),
  });
  const lineages: LineageEntry[] = [];
  for (const { order_urls: urls, ca_id: caId, ...entry } of await readRows(database)) {
    lineages.push({ ...entry, orders: await orderStatuses(await connections.to(caId, "interactive"), urls) });
  }
  return { lineages, challengesPublished: await countChallenges(database) };
}

/** Of how many lineages a story is told. */
const mostStories = 10;

/**
 * For the report of a failed test: all that the database knows of the lineages that did not go straight to one certificate.
 *
 * @returns lines of JSON, a lineage each; empty when there is none.
 */
export async function readStories(databaseUrl: string): Promise<string> {
  await using database = await openDatabase({ kind: "postgresql", url: databaseUrl, connections: 1 });
  const { rows } = await sql<object>`
    select names, state, held, failures, wake_at,
      array(select jsonb_build_object('state', state_kind, 'failure', failure_code, 'fence', fence, 'wake_at', wake_at,
          'ended_at', ended_at, 'order', order_url)
        from issuance where lineage_id = lineage.id order by id) as issuances,
      array(select jsonb_build_object('at', at, 'kind', kind, 'detail', detail)
        from event where lineage_id = lineage.id order by id) as events
    from lineage
    where state <> 'active'
      or array(select state_kind::text from issuance where lineage_id = lineage.id) <> array['issued']
    order by names limit ${mostStories}`.execute(database.db);
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

async function readRows({ db }: Database): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select names[1] as name, state, ca_id,
      (select count(*)::int from certificate where lineage_id = lineage.id) as certificates,
      array(select case when ended_at is null then 'live' else concat_ws(': ', state_kind, failure_code) end
        from issuance where lineage_id = lineage.id order by id) as issuances,
      array(select order_url from issuance where lineage_id = lineage.id order by id) as order_urls
    from lineage order by name`.execute(db);
  return rows;
}

async function orderStatuses(
  { client }: CaConnection,
  urls: readonly (string | null)[],
): Promise<readonly string[]> {
  const statuses: string[] = [];
  for (const url of urls) {
    statuses.push(url === null ? "never ordered" : (await client.order(url)).resource.status);
  }
  return statuses;
}

async function countChallenges({ db }: Database): Promise<number> {
  const { count } = await db
    .selectFrom("challenge_response")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}
