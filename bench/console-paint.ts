/** How long a person waits for the console, and how much script it takes. */
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { openBrowser, openWindow, signIn } from "../tools/console/browser.ts";
import { openSeededConsole, type SeededConsole } from "../tools/console/seeded-console.ts";
import { peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";

const lineages = 80_000;
const rounds = 7;

export const consolePaintBench: Bench = {
  name: "console-paint",
  summary: "the console's first paint and the script of its first load, in Chromium",
  peers: [peers.chromium, peers.postgres],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  tell("Seeding 100,000 domains ...");
  await using server = await openSeededConsole(lineages);
  await using browser = await openBrowser();
  const loads: Load[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    tell(`Load ${round} of ${rounds} ...`);
    loads.push(await measureLoad(browser, server));
  }
  const paints = loads.map(({ paint }) => paint).sort((a, b) => a - b);
  return {
    figures: [
      {
        name: "first_paint_ms",
        value: paints[Math.floor(rounds / 2)] ?? 0,
        meaning: "first contentful paint of the overview with an empty cache, median",
        bar: { kind: "under", value: 1_000 },
      },
      {
        name: "script_kb_gz",
        value: Math.max(...loads.map(({ scriptKb }) => scriptKb)),
        meaning: "script that the overview's first load takes, gzipped",
        bar: { kind: "under", value: 300 },
      },
    ],
    versions: { chromium: browser.version() },
    conditions: [
      `${rounds} loads over loopback, each in a new window that has signed in, of a server with 100,000 domains`,
    ],
  };
}

interface Load {
  readonly paint: number;
  readonly scriptKb: number;
}

async function measureLoad(browser: Browser, server: SeededConsole): Promise<Load> {
  await using window = await openWindow(browser, { width: 1440, scheme: "light" });
  await signIn(window, server);
  const page = await window.newPage();
  const session = await window.newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const scripts: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) scripts.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(`${server.origin}/console/`);
  await page.getByText("Time to certificate").first().waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  const bytes = await Promise.all(scripts);
  return {
    paint: Math.round(paint),
    scriptKb: Math.round(bytes.reduce((sum, each) => sum + each, 0) / 1_024),
  };
}
