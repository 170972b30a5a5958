import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "@certmill/api";
import { expect, test } from "vitest";
import type { Simulated } from "../src/plan/simulate-plan.ts";
import { runCli } from "./support/run-here.ts";
import { addSimCa, startTestServer } from "./support/test-server.ts";

const offline = ["plan", "--limits", "letsencrypt", "--start", "2026-12-01"];

test("without a server: when a list is done, told first, and in 80 columns but for what is to be copied", async () => {
  const { code, stdout } = await runCli([...offline, "--count", "48000", "--finish-by", "2026-12-10"]);
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("48,000 domains are done on 2026-12-20, in 20 d: 10 d too late for 2026-12-10.");
  expect(lines[1]).toBe("44,160 certificates by 48,000 orders. 3,840 domains (8 %) never succeed.");
  expect(stdout).toContain("letsencrypt: new orders per account, 2026-12-01 to 2026-12-20");
  expect(stdout).toMatch(/^packs of 50 names +2026-12-0\d +\d+ +[\d,]+ +yes$/m);
  expect(stdout).toContain("█");
});

test("a list is counted as it streams by, and its charts are pictures", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-plan-"));
  const [list, svg, png] = ["list.csv", "plan.svg", "plan.png"].map((name) => join(directory.path, name)) as [
    string,
    string,
    string,
  ];
  const rows = Array.from({ length: 3_000 }, (_, n) => `shop${n}.com,tenant-${n % 100}`);
  await writeFile(list, ["domain,tenant", ...rows, "www.shop1.com,tenant-1", "no name,tenant-1"].join("\n"));
  const { code, stdout } = await runCli([
    ...offline,
    list,
    "--pack",
    "20",
    "--svg",
    svg,
    "--png",
    png,
    "--json",
  ]);
  expect(code).toBe(0);
  const { enrolment, refused, packing } = JSON.parse(stdout) as Plan;
  expect(enrolment).toMatchObject({ domains: 3_000, orders: { first: 300 } });
  expect(refused).toBe(1);
  expect(packing).toMatchObject({ domainsEach: 10, sharedFate: 9, namesExposed: 19 });
  expect(await readFile(svg, "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect([...(await readFile(png)).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});

test("of pairs both are counted, and told as such", async () => {
  const { stdout } = await runCli([...offline, "--count", "48000", "--key-type", "p256+rsa2048"]);
  const [first, ...rest] = stdout.split("\n");
  expect(first).toBe("48,000 domains are done on 2026-12-20, in 20 d.");
  expect(rest.slice(0, 3).join(" ")).toContain(
    "88,320 certificates by 92,160 orders. 44,160 of these are the second ones of pairs, for the same names.",
  );
  expect(stdout).toMatch(/^Keys +p256\+rsa2048, a certificate for each$/m);
});

test.each([
  [["--count", "5", "--edge-group", "paris"], /only a server knows: with --limits say --key-type/],
  [["--count", "5", "list.csv"], /Name a list, or say how long one would be: --count N/],
  [["--count", "5", "--override", "other:25000/week"], /the plan has no such CA/],
])("%j is a wrong command line", async (args, message) => {
  const { code, stderr } = await runCli([...offline, ...args]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test("simulated: plan and outcome side by side, in 80 columns, and the same for the same seed", async () => {
  const args = [...offline, "--count", "900", "--simulate", "--seed", "7"];
  const { code, stdout } = await runCli(args);
  expect(code).toBe(0);
  const text = stdout.slice(stdout.indexOf("Simulated, order by order (seed 7)"));
  expect(text).toMatch(/^ +PLANNED +SIMULATED$/m);
  expect(text).toMatch(/^ {2}first attempts +900 +900$/m);
  expect(text).toContain("The CAs refused no request.");
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  const [one, other] = await Promise.all([runCli([...args, "--json"]), runCli([...args, "--json"])]);
  const { enrolment, simulation } = JSON.parse(one.stdout) as Plan & { simulation: Simulated };
  expect(simulation).toEqual((JSON.parse(other.stdout) as { simulation: Simulated }).simulation);
  expect(simulation).toMatchObject({ seed: 7, domains: 900, enrolled: simulation.issuable, refusals: {} });
  expect(Math.abs(simulation.days - enrolment.days)).toBeLessThan(0.05);
});

test("with a server: from its CAs, and overrides are its default CA's; simulated with what the server knows", async () => {
  await using server = await startTestServer();
  await addSimCa(server);
  const { stdout } = await server.run([
    "plan",
    "--count",
    "1200",
    "--override",
    "240/day",
    "--simulate",
    "--json",
  ]);
  const { assumed, enrolment, simulation } = JSON.parse(stdout) as Plan & { simulation: Simulated };
  expect(assumed.cas).toMatchObject([{ name: "sim", limits: "none" }]);
  expect(enrolment.days).toBeCloseTo(4, 0);
  expect(simulation.byCa).toMatchObject([{ ca: "sim" }]);
  expect(simulation.enrolled).toBe(simulation.issuable);
  expect(Math.abs(simulation.days - enrolment.days)).toBeLessThan(0.1);
});
