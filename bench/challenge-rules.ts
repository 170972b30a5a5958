/** What a rule for each domain costs in HAProxy, beside the one static rule. */
import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { challengePath } from "../packages/cli/src/responder-snippet/rule.ts";
import { get } from "../test/system/support/plain-get.ts";
import { freePort } from "../tools/peers/free-port.ts";
import { benchPeers, peers, programOf } from "../tools/peers/peer.ts";
import { startProcess } from "../tools/peers/start-process.ts";
import type { Bench, Figure, Report, Tell } from "./bench.ts";
import { peerVersion } from "./measure/program-versions.ts";

const run = promisify(execFile);
const domains = 10_000;
const connections = 32;
const seconds = 3;
const rounds = 2;
const token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
const nameOf = (index: number): string => `n${index}.example.com`;
/** In the middle: a list that is gone through in its order is gone through by half. */
const asked = nameOf(domains / 2);

export const challengeRulesBench: Bench = {
  name: "challenge-rules",
  summary: `${domains.toLocaleString("en")} rules for as many domains in HAProxy, beside the one static rule`,
  peers: [peers.haproxy, benchPeers.wrk],
  measure,
};

const isChallenge = `path_beg ${challengePath}`;
const all = <T>(line: (index: number) => T): readonly T[] =>
  Array.from({ length: domains }, (_, n) => line(n));

/** The frontend's lines, by form. @param map a file of every name with a backend. */
const forms = {
  /** As `certmill responder snippet haproxy` prints it. */
  one: () => [`acl challenge ${isChallenge}`, "use_backend responder if challenge"],
  /** The same with a map of exceptions (`--except`), which has all names. */
  map: (map: string) => [
    `acl challenge ${isChallenge}`,
    `use_backend %[req.hdr(host),field(1,:),lower,map(${map},responder)] if challenge`,
  ],
  /** One condition with every name in it. */
  inline: () => [
    ...all((n) => `acl ours hdr(host) -i ${nameOf(n)}`),
    `acl challenge ${isChallenge}`,
    "use_backend responder if challenge ours",
  ],
  /** A rule for each name. */
  each: () => all((n) => `use_backend responder if { ${isChallenge} } { hdr(host) -i ${nameOf(n)} }`),
} as const satisfies Record<string, (map: string) => readonly string[]>;

type Form = keyof typeof forms;

interface Rates {
  challenge: number;
  site: number;
}

async function measure(tell: Tell): Promise<Report> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const map = join(directory.path, "names.map");
  await writeFile(map, all((n) => `${nameOf(n)} responder\n`).join(""));
  const rates: Record<Form, Rates> = {
    one: { challenge: 0, site: 0 },
    map: { challenge: 0, site: 0 },
    inline: { challenge: 0, site: 0 },
    each: { challenge: 0, site: 0 },
  };
  for (let round = 1; round <= rounds; round += 1) {
    for (const form of Object.keys(forms) as Form[]) {
      tell(`Round ${round} of ${rounds}: ${form} ...`);
      const { challenge, site } = await measureForm(forms[form](map), directory.path);
      rates[form].challenge += challenge / rounds;
      rates[form].site += site / rounds;
    }
  }
  return {
    versions: { haproxy: await peerVersion(peers.haproxy), wrk: await peerVersion(benchPeers.wrk) },
    conditions: [
      `HAProxy with two threads and ${domains} names; wrk over ${connections} connections on the same cores, ${seconds} s each, the mean of ${rounds} rounds of all forms in turn;`,
      "whoever answers is HAProxy itself, so that the rules are what is measured; the name asked for is in the middle of the list.",
    ],
    figures: figuresOf(rates),
  };
}

function figuresOf({ one, map, inline, each }: Record<Form, Rates>): readonly Figure[] {
  const told = (name: string, value: number, meaning: string): Figure => ({
    name,
    value,
    meaning,
    bar: null,
  });
  return [
    told("one_rule_per_s", one.challenge, "challenges answered with the one static rule"),
    told("map_share", map.challenge / one.challenge, "of that with a map of as many exceptions"),
    told("inline_per_s", inline.challenge, "with one condition that names every domain"),
    told("one_to_inline_ratio", one.challenge / inline.challenge, "so many times what that answers"),
    told("rule_each_per_s", each.challenge, "with a rule for each domain"),
    told("one_to_rule_each_ratio", one.challenge / each.challenge, "so many times what that answers"),
    told("site_per_s", one.site, "requests for the sites themselves, with the one rule"),
    told("site_rule_each_per_s", each.site, "the same with a rule for each domain"),
    told("site_one_to_rule_each_ratio", one.site / each.site, "so many times what that answers"),
  ];
}

async function measureForm(lines: readonly string[], directory: string): Promise<Rates> {
  const port = await freePort();
  const file = join(directory, "haproxy.cfg");
  await writeFile(file, configuration(port, lines));
  await using haproxy = await startProcess({
    command: programOf(peers.haproxy),
    args: ["-q", "-db", "-f", file],
  });
  const url = `http://127.0.0.1:${port}`;
  const probe = () => answersWith(port, "/", "site");
  await haproxy.ready({ what: "HAProxy to listen", probe, within: 60_000 });
  if (!(await answersWith(port, `${challengePath}${token}`, "responder")))
    throw new Error("The challenge does not come to the responder.");
  return { challenge: await load(`${url}${challengePath}${token}`), site: await load(`${url}/`) };
}

async function answersWith(port: number, path: string, body: string): Promise<boolean> {
  const answer = await get({ port, host: asked, path }).catch(() => null);
  return answer?.body === body;
}

/** @returns requests per second. @throws when one was not answered by a 2xx. */
async function load(url: string): Promise<number> {
  const size = ["--threads", "1", "--connections", String(connections), "--duration", `${seconds}s`];
  const args = [...size, "--timeout", "5s", "--header", `Host: ${asked}`, url];
  const { stdout } = await run(programOf(benchPeers.wrk), args, { timeout: (seconds + 30) * 1_000 });
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === undefined || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk says:\n${stdout}`);
  return Number(rate);
}

const configuration = (port: number, lines: readonly string[]): string => `global
    nbthread 2
    maxconn 1000
defaults
    mode http
    timeout client 30s
    timeout connect 5s
    timeout server 30s
frontend port80
    bind 127.0.0.1:${port}
${lines.map((line) => `    ${line}`).join("\n")}
    default_backend site
backend responder
    http-request return status 200 content-type text/plain string "responder"
backend site
    http-request return status 200 content-type text/plain string "site"
`;
