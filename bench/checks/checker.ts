/**
 * The checks of a worker, as a process of its own: takes what is due from the database until nothing is.
 *
 * Arguments: the database, the installation's id, the port of the name servers, the port of the responder.
 */
import { type AddressRange, milliseconds, minutes, parseRange, usualLife } from "@certmill/domain";
import { pino } from "pino";
import { checkTokens } from "../../packages/server/src/challenge/check-token.ts";
import { systemClock } from "../../packages/server/src/clock.ts";
import { composeChecks } from "../../packages/server/src/compose-checks.ts";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { watchChecks } from "../../packages/server/src/work/check-watch.ts";
import { answerQuestions } from "../rig/fork-worker.ts";

/** How many checks are to be made. */
export interface CheckerLap {
  readonly checks: number;
}

export interface CheckerResult {
  readonly seconds: number;
  /** User and system. */
  readonly cpuMs: number;
  readonly right: number;
  readonly wrong: number;
}

const [url = "", installationId = "", dnsPort = "", httpPort = ""] = process.argv.slice(2);
const seen = new Set<string>();
/** As a worker has it. */
const concurrency = 64;

const ranges = (...texts: string[]): AddressRange[] =>
  texts.map(parseRange).filter((range) => range !== null);
await using database = await openDatabase({ kind: "postgresql", url, connections: 10 });
await using checking = await composeChecks({
  database,
  log: pino({ level: "silent" }),
  config: {
    ingress: { ours: ranges("127.0.0.1", "2001:db8::1"), proxies: [] },
    allowed: ranges("127.0.0.0/8"),
    vantageName: null,
    resolver: { kind: "authoritative", roots: [{ address: "127.0.0.1", port: Number(dnsPort) }] },
  },
  clock: systemClock,
  tokens: checkTokens(installationId),
  ports: { http: Number(httpPort), https: 1, dns: Number(dnsPort) },
});

await answerQuestions((lap) => runLap(lap as CheckerLap));

async function runLap({ checks }: CheckerLap): Promise<CheckerResult> {
  const result = { right: 0, wrong: 0 };
  const usedBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const watch = watchChecks({
    db: database.db,
    clock: systemClock,
    check: checking.check,
    life: usualLife,
    concurrency,
    lease: minutes(3),
    pollEvery: milliseconds(1_000),
    onChecked: ([name = ""], findings) => {
      // A wrong one is due again after a minute; it is counted once.
      if (seen.has(name)) return;
      seen.add(name);
      if (findings.some(({ weight }) => weight === "fault")) result.wrong += 1;
      else result.right += 1;
      if (result.right + result.wrong === checks) resolve();
    },
    onError: reject,
  });
  await done;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(usedBefore);
  await watch.stop();
  return { ...result, seconds, cpuMs: (user + system) / 1_000 };
}
