/** What the console asks for with a million domains: a search, a page of a list, the overview. */

import type { Client } from "@certmill/api";
import { operations } from "@certmill/api";
import { type Instant, instant, seconds } from "@certmill/domain";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { takeSurvey } from "../packages/server/src/store/survey.ts";
import { peers } from "../tools/peers/peer.ts";
import { knownNames, seedFleet } from "../tools/seed/seed-fleet.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { percentile } from "./measure/percentile.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";

const domains = 1_000_000;
/** Each list and each search, so many times, by turns. */
const rounds = 30;

export const consoleApiBench: Bench = {
  name: "console-api",
  summary: "search, lists and the overview with 1,000,000 domains",
  peers: [peers.postgres],
  measure,
};

/** As people type: a whole name, a beginning, a word that many have, one that few have, one that none has. */
const searches = [
  knownNames.failing,
  "bakery",
  "berlin123",
  "example",
  "dublin7",
  "zzz",
  "ho",
  "studio-oslo",
  "77.shops",
] as const;

const lists = [
  {},
  { state: "failing" },
  { state: "paused" },
  { state: "queued" },
  { tenant: "tenant-1" },
  { tenant: "tenant-77" },
  { failure: "caa" },
  { ca: "zerossl", edgeGroup: "us-east" },
  { sort: "expires" },
  { sort: "state-changed", order: "desc" },
  { sort: "added", order: "desc" },
  { sort: "expires", tenant: "tenant-77" },
  { sort: "expires", state: "failing" },
  { sort: "state-changed", order: "desc", state: "failed" },
] as const;

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  // One in four has two names.
  const lineages = Math.ceil((domains * (scale ?? 1)) / 1.25);
  await using storage = await startStorage();
  const { db } = storage.database;
  await migrate(db);
  tell(`Making a fleet of ${lineages.toLocaleString("en")} certificates ...`);
  const now = instant(Date.now());
  await seedFleet(db, { lineages, now });
  const surveyed = performance.now();
  await takeSurvey(db, { every: seconds(5), clock: (): Instant => instant(Date.now()) });
  const surveyMs = performance.now() - surveyed;
  await using server = await startServer({ databaseUrl: storage.postgres.url, roles: "api", core: null });
  tell(`Asking ${rounds} times for each ...`);
  const times = await ask(server.client);
  const p95 = (which: keyof Times): number =>
    percentile(
      times[which].toSorted((a, b) => a - b),
      0.95,
    );
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${lineages.toLocaleString("en")} certificates for ${Math.round(lineages * 1.25).toLocaleString("en")} domains of tools/seed, PostgreSQL at its defaults and the API on the same cores,`,
      `asked over HTTP one after the other: ${searches.length} searches and ${lists.length} lists of 100, ${rounds} times each by turns; an overview between them, each read anew.`,
    ],
    figures: [
      bar("search_p95_ms", p95("search"), "a search in all names, the first 100"),
      bar("list_p95_ms", p95("list"), "a filtered or sorted list's first 100"),
      bar("overview_p95_ms", p95("overview"), "the whole overview"),
      {
        name: "survey_ms",
        value: surveyMs,
        meaning: "counting the whole fleet, which nobody waits for",
        bar: null,
      },
    ],
  };
}

const bar = (name: string, value: number, meaning: string) =>
  ({ name, value, meaning, bar: { kind: "under", value: 100 } }) as const;

/** In milliseconds. */
interface Times {
  readonly search: number[];
  readonly list: number[];
  readonly overview: number[];
}

async function ask(client: Client): Promise<Times> {
  const times: Times = { search: [], list: [], overview: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const search of searches)
      times.search.push(await timed(() => client.call(operations.listDomains, { query: { search } })));
    for (const query of lists)
      times.list.push(await timed(() => client.call(operations.listDomains, { query: { ...query } })));
    times.overview.push(await timed(() => client.call(operations.showOverview)));
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
