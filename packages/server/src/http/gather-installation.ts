/** What `certmill doctor` looks at: what this process sees of the installation now. */
import {
  type CaFacts,
  type InstallationFacts,
  type Instant,
  type PathSeen,
  type PathStep,
  seconds,
} from "@certmill/domain";
import type { Database, Db } from "../store/database.ts";
import { readCaStandings } from "../store/read/ca-standings.ts";
import { listCaDirectories } from "../store/read/cas.ts";
import { type DomainRow, findDomain } from "../store/read/domains.ts";
import { countEnding, countServed } from "../store/read/ending.ts";
import { listNewestNames, readDatabaseState } from "../store/read/examination.ts";
import { listEdgeLags, readDatabaseVersion, readOldestDueAt } from "../store/read/status.ts";
import { countFailingWebhooks } from "../store/read/webhooks.ts";
import { countSecretsByKey } from "../store/secrets.ts";
import { lookAtReadiness } from "./look-at-readiness.ts";
import type { AskDirectory, FollowPath, KeyRotation, ReadinessCheck } from "./ports.ts";
import { pathOf } from "./resource/follow-path.ts";

export interface InstallationTools {
  readonly db: Db;
  readonly databaseKind: Database["kind"];
  readonly now: () => Instant;
  readonly keys: KeyRotation;
  readonly readiness: readonly ReadinessCheck[];
  readonly askDirectory: AskDirectory;
  /** Null: names are not checked. */
  readonly followPath: FollowPath | null;
}

export async function gatherInstallation(
  tools: InstallationTools,
  signal: AbortSignal,
): Promise<InstallationFacts> {
  const { db, databaseKind, now, readiness } = tools;
  // Alone and first: what follows would slow it down.
  const state = await readDatabaseState(db, databaseKind, now);
  const [parts, cas, paths] = await Promise.all([
    Promise.all(readiness.map(lookAtReadiness)),
    gatherCas(tools, signal),
    followPaths(tools, signal),
  ]);
  return {
    now: now(),
    database: { ...state, engine: await readDatabaseVersion(db), embedded: databaseKind === "embedded" },
    notReady: parts.flatMap(({ reason }) => (reason === null ? [] : [reason])),
    keys: await gatherKeys(tools),
    oldestDueAt: await readOldestDueAt(db, now()),
    cas,
    paths,
    certificates: { served: await countServed(db), ending: await countEnding(db, now()) },
    edges: (await listEdgeLags(db)).map(({ name, group, last_seen_at, behind, half_pairs }) => ({
      name,
      group,
      lastSeenAt: last_seen_at,
      behind: Number(behind),
      halfPairs: Number(half_pairs),
    })),
    failingWebhooks: await countFailingWebhooks(db),
  };
}

async function gatherKeys({ db, keys }: InstallationTools): Promise<InstallationFacts["keys"]> {
  const current = keys.currentKeyId();
  const others = (await countSecretsByKey(db)).filter(({ kekId }) => kekId !== current);
  return { current, secretsUnderOthers: others.reduce((sum, { count }) => sum + count, 0) };
}

async function gatherCas(
  { db, now, askDirectory }: InstallationTools,
  signal: AbortSignal,
): Promise<readonly CaFacts[]> {
  const directories = await listCaDirectories(db);
  const standings = await readCaStandings(db, now());
  return Promise.all(
    directories.map(async ({ name, directoryUrl, rootPem }) => {
      const standing = standings.find((each) => each.name === name);
      return {
        name,
        directory: await askDirectory({ directoryUrl, rootPem, signal }),
        getsOrders: standing?.getsOrders ?? true,
        ordersLeft: standing?.ordersLeft ?? null,
        statusPage: standing?.statusPage ?? null,
      };
    }),
  );
}

/** What is served by TLS at its end is the edges' to say. */
const isBroken = ({ part, state }: PathStep): boolean =>
  state === "wrong" && part !== "tls" && part !== "delivery";

/** So many ways are enough to see that the one rule stands. */
const mostPaths = 2;
/** Looked at for them, as some are proven by DNS. */
const mostNames = 20;
const pathPatience = seconds(30);

async function followPaths(
  { db, followPath }: InstallationTools,
  signal: AbortSignal,
): Promise<readonly PathSeen[] | null> {
  if (followPath === null) return null;
  const rows: DomainRow[] = [];
  for (const name of await listNewestNames(db, mostNames)) {
    const row = await findDomain(db, name, null);
    if (row !== null && row.challenge !== "dns-01" && !name.startsWith("*.")) rows.push(row);
  }
  const overdue = AbortSignal.timeout(pathPatience);
  const follower = { db, followPath, signal: AbortSignal.any([signal, overdue]) };
  return Promise.all(
    rows.slice(0, mostPaths).map(async (row): Promise<PathSeen> => {
      try {
        const steps = await pathOf(row, follower);
        return { name: row.name, broken: steps.find(isBroken) ?? null };
      } catch (error) {
        if (!overdue.aborted) throw error;
        const sentence = `its way was not walked within ${pathPatience / 1_000} seconds.`;
        return { name: row.name, broken: { sentence, fix: null } };
      }
    }),
  );
}
