/**
 * `npm run bench -- NAME [--json]`: measures one thing and prints it with the machine and the versions. With
 * `--json` the last line is one JSON object of the figures.
 */
import { parseArgs } from "node:util";
import { installPeers } from "../tools/peers/install.ts";
import { PeerMissing } from "../tools/peers/peer.ts";
import { acmeBench } from "./acme.ts";
import type { Bench, Report, Size } from "./bench.ts";
import { campaignBench } from "./campaign.ts";
import { challengeRulesBench } from "./challenge-rules.ts";
import { checksBench } from "./checks.ts";
import { consoleApiBench } from "./console-api.ts";
import { consolePaintBench } from "./console-paint.ts";
import { drillBench } from "./drill.ts";
import { edgeColdBench } from "./edge-cold.ts";
import { edgeFeedBench } from "./edge-feed.ts";
import { edgeHaproxyBench } from "./edge-haproxy.ts";
import { edgeNginxBench } from "./edge-nginx.ts";
import { importBench } from "./import.ts";
import { issueBench } from "./issue.ts";
import { ledgerBench } from "./ledger.ts";
import { readMachine } from "./measure/machine.ts";
import { programVersions } from "./measure/program-versions.ts";
import { pickNextBench } from "./pick-next.ts";
import { planBench } from "./plan.ts";
import { renewalsBench } from "./renewals.ts";
import { reportLines } from "./report-lines.ts";
import { responderBench } from "./responder.ts";
import { simBench } from "./sim.ts";
import { simulateBench } from "./simulate.ts";
import { simulateYearBench } from "./simulate-year.ts";
import { sseBench } from "./sse.ts";
import { yearBench } from "./year.ts";

const benches: readonly Bench[] = [
  issueBench,
  importBench,
  planBench,
  responderBench,
  challengeRulesBench,
  consolePaintBench,
  acmeBench,
  pickNextBench,
  ledgerBench,
  campaignBench,
  checksBench,
  simBench,
  renewalsBench,
  simulateBench,
  consoleApiBench,
  sseBench,
  drillBench,
  yearBench,
  simulateYearBench,
  edgeColdBench,
  edgeFeedBench,
  edgeHaproxyBench,
  edgeNginxBench,
];

// An end by exit, unlike one by the signal itself, takes the started processes along.
process.once("SIGINT", () => process.exit(130)).once("SIGTERM", () => process.exit(143));
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let choice: Choice | null;
  try {
    choice = choose(argv);
  } catch (error) {
    process.stderr.write(`npm run bench: ${(error as Error).message}\n\n${usage()}`);
    return 2;
  }
  if (choice === null) {
    process.stdout.write(usage());
    return 0;
  }
  const { bench, json, size } = choice;
  try {
    await installPeers(bench.peers);
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    process.stderr.write(`npm run bench: ${error.message}\n`);
    return 1;
  }
  const machine = readMachine();
  const report = await bench.measure((line) => process.stderr.write(`${line}\n`), size);
  const versions = { ...(await programVersions()), ...report.versions };
  for (const line of reportLines({ ...report, name: bench.name, machine, versions })) console.log(line);
  if (json) console.log(JSON.stringify(figuresByName(report)));
  return 0;
}

/** To a thousandth: what is beyond was not measured. */
function figuresByName({ figures }: Report): Readonly<Record<string, number>> {
  return Object.fromEntries(figures.map(({ name, value }) => [name, Math.round(value * 1_000) / 1_000]));
}

interface Choice {
  readonly bench: Bench;
  readonly json: boolean;
  readonly size: Size;
}

/** @returns null when help is asked for. @throws TypeError for a wrong command line. */
function choose(argv: readonly string[]): Choice | null {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      scale: { type: "string" },
      days: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new TypeError("Name one bench.");
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) throw new TypeError(`There is no bench "${name}".`);
  return {
    bench,
    json: values.json,
    size: {
      scale: values.scale === undefined ? null : scaleOf(values.scale),
      days: values.days === undefined ? null : wholeOf("--days", values.days),
      seed: values.seed === undefined ? null : wholeOf("--seed", values.seed),
    },
  };
}

function scaleOf(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1)) throw new TypeError("--scale is above 0 and at most 1.");
  return scale;
}

function wholeOf(option: string, text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0)) throw new TypeError(`${option} is a whole number above 0.`);
  return number;
}

function usage(): string {
  const known = benches.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}\n`).join("");
  return `Usage: npm run bench -- NAME [--json] [--scale SHARE] [--days N] [--seed N]\n\n${known}\nEach starts what it needs, takes under three minutes (campaign, simulate and year: as their scale), and ends what it started.\n`;
}
