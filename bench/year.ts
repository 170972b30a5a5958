/** A fleet left alone for a year: the whole system in virtual time, DNS that breaks and heals, one CA. */
import { cpus } from "node:os";
import { days } from "@certmill/domain";
import { peers } from "../tools/peers/peer.ts";
import { startPostgres } from "../tools/peers/postgres.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { runYear } from "./year/run-year.ts";
import { kindsText } from "./year/story.ts";
import { yearFigures } from "./year/year-figures.ts";

const fullSize = 20_000;
/** Takes under half an hour on two cores. */
const defaultScale = 0.01;
const defaultSeed = 1;

export const yearBench: Bench = {
  name: "year",
  summary: "a year of a fleet whose DNS breaks and heals (--scale 0.002, --days 90: less of it)",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, size: Size): Promise<Report> {
  const scale = size.scale ?? defaultScale;
  const length = days(size.days ?? 365);
  const domains = Math.round(fullSize * scale);
  const seed = size.seed ?? defaultSeed;
  // What is lost when the machine fails is not what is measured.
  await using postgres = await startPostgres({ durability: "none", access: "socket" });
  const databaseUrl = await postgres.createDatabase();
  const run = await runYear({ seed, length, domains, databaseUrl, workers: 0, tell });
  return {
    versions: {},
    conditions: [
      `scale ${scale}, ${length / days(1)} days: ${domains} domains of two names (${kindsText(run.stories)}); seed ${seed};`,
      "API, worker, CA, name servers and responder in one process, on loopback; certificate keys from a pool, no TLS, signatures trusted at",
      "the CA, PostgreSQL without fsync; Let's Encrypt's limits at full size, but for its rates of requests, as no time passes while they are made;",
      "renewal information is asked for once a day, not every six hours;",
      `${run.orders} orders, ${run.issued} certificates, ${run.polls} questions of renewal information, ${run.dnsQuestions} of DNS, ${run.steps} steps of the clock in ${Math.round(run.seconds)} s on ${cpus().length} cores.`,
    ],
    figures: yearFigures(run),
  };
}
