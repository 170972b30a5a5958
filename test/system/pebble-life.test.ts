/**
 * The life of certificates that are valid for seconds: a server, each of the two Pebbles, and several renewals of each
 * name in real time. The newer Pebble says when (RFC 9773), for the older the lifetime decides.
 */
import { operations, pages } from "@certmill/api";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { ariIdOf } from "../../packages/server/src/effects/renewal-info.ts";
import { type Database, openDatabase } from "../../packages/server/src/store/database.ts";
import { startPebble } from "../../tools/peers/pebble.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";
import { until } from "../../tools/peers/until.ts";
import { addPebble } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { demandNoFailure, issuanceHistory } from "./support/issuance-history.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const names = ["one.life.example.com", "two.life.example.com", "three.life.example.com"];

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** Whatever fails ends the wait at once, so this is but for the slowest machine; certificates may have ended meanwhile. */
const patience = 270_000;

test.concurrent("Debian's Pebble: renewed when half of 16 seconds is over, each before the one before it ends", async (context) => {
  const lives = await live({ validity: 17, release: "own", certificates: 4 }, context);
  for (const { name, certificates } of lives) {
    expect(certificates.length, name).toBeGreaterThanOrEqual(4);
    for (const { sinceHeld } of certificates.slice(1))
      expect(sinceHeld, `${name}: not before half of it is over`).toBeGreaterThanOrEqual(8);
  }
});

/** The window that it tells is the whole of such a life. */
test.concurrent("Pebble with renewal information: asked, and renewed in the window that it tells, naming what is replaced", async (context) => {
  const lives = await live({ validity: 27, release: "newer", certificates: 3 }, context);
  for (const { name, certificates } of lives) {
    expect(certificates.length, name).toBeGreaterThanOrEqual(3);
    expect(
      certificates.slice(1).map(({ replaces }) => replaces),
      "each names the one before it",
    ).toEqual(certificates.slice(0, -1).map(({ ariId }) => ariId));
    for (const { sinceHeld } of certificates.slice(1))
      expect(sinceHeld, `${name}: not again and again`).toBeGreaterThanOrEqual(13);
  }
});

interface LivedCertificate {
  /** How renewal information names it. */
  readonly ariId: string | null;
  /** What its order named. */
  readonly replaces: string | null;
  /** Seconds from the beginning of the one before it to its order; 0 for the first. */
  readonly sinceHeld: number;
}

interface Life {
  readonly name: string;
  readonly certificates: readonly LivedCertificate[];
}

/**
 * Lets a server live until each name has had so many certificates and, where the CA tells windows, one of them.
 *
 * @returns what its database tells then.
 */
async function live(
  wish: {
    /** As Pebble is told: the last second of a certificate is one less after its first. */
    readonly validity: number;
    readonly release: "own" | "newer";
    readonly certificates: number;
  },
  { onTestFailed }: TestContext,
): Promise<readonly Life[]> {
  const databaseUrl = await postgres.createDatabase();
  await using installation = await startInstallation({ databaseUrl });
  const httpPort = Number(installation.responder.split(":").at(-1));
  const { validity } = wish;
  const profiles = { brief: { description: "for seconds", validityPeriod: validity } };
  await using pebble = await startPebble(
    wish.release === "own"
      ? { httpPort, validity }
      : { release: "newer", httpPort, profiles, authorizationReusePercent: 0 },
  );
  const [server] = installation.processes;
  tellOnFailure({ server, pebble }, onTestFailed);
  await addPebble(installation, pebble);
  for (const name of names) await installation.client.call(operations.addDomain, { body: { name } });
  await using database = await openDatabase({ kind: "postgresql", url: databaseUrl, connections: 1 });
  const told = await untilLived(installation, database, wish);
  expect([...told].toSorted(), "names for which a window was told").toEqual(
    wish.release === "own" ? [] : names.toSorted(),
  );
  await server?.stop();
  await demandNoFailure(database.db);
  return await readLives(database);
}

/** @returns names for which a window was told. @throws as soon as an issuance has failed. */
async function untilLived(
  installation: Installation,
  { db }: Database,
  { certificates, release }: { readonly certificates: number; readonly release: "own" | "newer" },
): Promise<ReadonlySet<string>> {
  const told = new Set<string>();
  const isLived = async () => {
    await demandNoFailure(db);
    const { counts, windows } = await look(installation);
    for (const name of windows) told.add(name);
    const isTold = release === "own" || told.size === names.length;
    return isTold && names.every((name) => (counts.get(name) ?? 0) >= certificates);
  };
  const what = `${certificates} certificates of each name`;
  try {
    await until({ what, probe: isLived, within: patience, every: 250 });
  } catch (cause) {
    const windows = `Windows were told for: ${[...told].join(", ")}.`;
    throw new Error(`${(cause as Error).message}\n${windows}\n${await issuanceHistory(db)}`, { cause });
  }
  return told;
}

interface Look {
  /** Certificates, by name. */
  readonly counts: ReadonlyMap<string, number>;
  /** Names whose certificate has a renewal window now. */
  readonly windows: readonly string[];
}

async function look({ client }: Installation): Promise<Look> {
  const counts = new Map<string, number>();
  const windows: string[] = [];
  for await (const { items } of pages(client, operations.listCertificates, { query: { limit: 1_000 } })) {
    for (const {
      names: [name = ""],
      renewal,
    } of items) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (renewal !== null && renewal.window !== null) windows.push(name);
    }
  }
  return { counts, windows };
}

interface Row {
  readonly name: string;
  readonly certificates: readonly {
    readonly chain: string;
    readonly replaces: string | null;
    /** Seconds since 1970. */
    readonly began: number;
    readonly ordered: number;
  }[];
}

async function readLives({ db }: Database): Promise<readonly Life[]> {
  const { rows } = await sql<Row>`
    select lineage.names[1] as name, jsonb_agg(jsonb_build_object('chain', chain_pem, 'replaces', issuance.replaces,
        'began', extract(epoch from not_before), 'ordered', extract(epoch from started_at)) order by certificate.id)
      as certificates
    from lineage join certificate on certificate.lineage_id = lineage.id
      join issuance on issuance.id = certificate.issuance_id
    group by lineage.id order by lineage.id`.execute(db);
  return rows.map(({ name, certificates }) => ({
    name,
    certificates: certificates.map(({ chain, replaces, ordered }, index) => ({
      ariId: ariIdOf(chain),
      replaces,
      sinceHeld: index === 0 ? 0 : ordered - (certificates[index - 1]?.began ?? 0),
    })),
  }));
}
