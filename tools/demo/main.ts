/**
 * The main job, end to end, for a newcomer's eyes: a list of domains goes in, HTTPS comes out. Everything
 * runs as real processes on loopback and is gone afterwards.
 */
import { access } from "node:fs/promises";
import { type Client, operations, pages } from "@certmill/api";
import { buildConsole } from "../console/build.ts";
import { checkServed } from "./check-served.ts";
import { type DemoOptions, parseOptions, usage } from "./options.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { openScreen, type Screen } from "./screen.ts";
import { type ServedRow, servedText } from "./served-table.ts";
import { watchEnrolment } from "./watch-enrolment.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: DemoOptions | null;
  try {
    options = parseOptions(argv);
    if (options !== null) await access(options.domains);
  } catch (error) {
    process.stderr.write(`npm run demo: ${(error as Error).message}\nSee: npm run demo -- --help\n`);
    return 2;
  }
  if (options === null) {
    process.stdout.write(usage);
    return 0;
  }
  const stopped = untilStopped();
  const screen = openScreen(process.stdout);
  try {
    return await Promise.race([demonstrate(options, screen, stopped), stopped.then(() => 130)]);
  } catch (error) {
    process.stderr.write(`npm run demo: ${(error as Error).message}\n`);
    return 1;
  }
}

async function demonstrate(
  { domains, ca, once }: DemoOptions,
  screen: Screen,
  stopped: Promise<void>,
): Promise<number> {
  screen.line("Starting Certmill, a CA and an edge on this machine ...");
  await buildConsole();
  await using platform = await startPlatform(ca, (line) => screen.line(`  ${line}`));
  screen.line("");
  const since = Date.now();
  screen.line(`$ certmill domain import ${domains.split("/").at(-1)}`);
  screen.line((await platform.certmill("domain", "import", domains)).trimEnd());
  await watchEnrolment(platform.client, screen, since);
  screen.line("");
  const rows = await checkAll(platform);
  screen.line(servedText(rows, screen.width));
  screen.line("");
  const good = rows.filter(({ served }) => served.ok).length;
  screen.line(`${good} of ${rows.length} names are served over TLS: chain, name and validity checked.`);
  if (!once) await stayUp(platform, screen, stopped);
  return good === rows.length && rows.length > 0 ? 0 : 1;
}

async function checkAll({ client, tlsPort, rootPem }: Platform): Promise<ServedRow[]> {
  const rows: ServedRow[] = [];
  for await (const { items } of pages(client, operations.listDomains, {})) {
    for (const { name } of items) {
      const served = await checkServed(name, { port: tlsPort, rootPem });
      rows.push({ served, seconds: await secondsToServed(client, name) });
    }
  }
  return rows;
}

async function secondsToServed(client: Client, name: string): Promise<number | null> {
  const { timeline, deliveries } = await client.call(operations.showDomain, { params: { name } });
  const added = timeline.find(({ kind }) => kind === "domain.added");
  const served = deliveries.find(({ error }) => error === null);
  if (added === undefined || served === undefined) return null;
  return (Date.parse(served.receivedAt) - Date.parse(added.at)) / 1_000;
}

async function stayUp(
  { urls, tlsPort, tokenFile, person }: Platform,
  screen: Screen,
  stopped: Promise<void>,
): Promise<void> {
  for (const line of [
    "",
    "It stays up. Ctrl-C ends it and removes its files. Try, in another terminal:",
    "",
    `  export CERTMILL_URL=${urls.api}`,
    `  export CERTMILL_TOKEN_FILE=${tokenFile}`,
    "  npx certmill status",
    "  npx certmill domain add new.hahn-bakery.example --wait",
    "",
    `  console    ${urls.api}/console/  (sign in as ${person.name} with ${person.password})`,
    `  API page   ${urls.api}/docs`,
    `  metrics    ${urls.api}/metrics`,
    `  health     ${urls.api}/readyz`,
    `  TLS edge   https://127.0.0.1:${tlsPort}`,
  ]) {
    screen.line(line);
  }
  await stopped;
  screen.line("Ending ...");
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
