import { readFile, writeFile } from "node:fs/promises";
import { parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { type Change, ChangeError, parseChanges } from "./incidents/change.ts";
import { startManagement } from "./incidents/management.ts";
import { Schedule } from "./incidents/schedule.ts";
import { MANNERS_ACCOUNT } from "./manners.ts";
import type { SimCaOptions } from "./options.ts";
import { startSimCa } from "./sim-ca.ts";

/**
 * Runs the CA as a process of its own until SIGTERM or SIGINT. A wrong command line or a port that is taken
 * ends with a sentence on stderr and exit code 2 or 1.
 */
export async function simCommand(argv: readonly string[]): Promise<void> {
  try {
    await run(argv);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const usage = error instanceof UsageError || error instanceof RangeError;
    process.stderr.write(`certmill sim ca: ${message}\n${usage ? "See --help.\n" : ""}`);
    process.exitCode = usage ? 2 : 1;
  }
}

async function run(argv: readonly string[]): Promise<void> {
  const commandLine = parseCommandLine(argv);
  if (commandLine === null) {
    process.stdout.write(USAGE);
    return;
  }
  const { cas: requested, rootFile, httpsRootFile } = commandLine;
  if (httpsRootFile !== null && requested.some(({ options }) => options.tls !== true)) {
    throw new UsageError("--https-root-file needs --tls");
  }
  const { rulesFile, managementPort } = commandLine;
  const changes = rulesFile === null ? [] : await readRules(rulesFile, requested.length);
  await using running = new AsyncDisposableStack();
  const cas = [];
  for (const { limits, options } of requested) {
    const ca = running.use(await startSimCa(options));
    const externalAccount = exampleAccount(options);
    cas.push({
      ca,
      ready: { directoryUrl: ca.directoryUrl, rootFile, httpsRootFile, limits, externalAccount },
    });
  }
  const managed = cas.map(({ ca }) => ca);
  const schedule = running.use(new Schedule(managed));
  schedule.add(changes);
  const management =
    managementPort === null ? null : running.use(await startManagement(managementPort, managed, schedule));
  const { promise: stopped, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  process.once("SIGTERM", stop).once("SIGINT", stop);
  if (rootFile !== null) await writeFile(rootFile, cas.map(({ ca }) => ca.rootPem).join(""));
  if (httpsRootFile !== null) await writeFile(httpsRootFile, cas.map(({ ca }) => ca.httpsRootPem).join(""));
  const managementUrl = management === null ? {} : { managementUrl: management.url };
  process.stdout.write(
    cas.map(({ ready }) => `${JSON.stringify({ ...ready, ...managementUrl })}\n`).join(""),
  );
  await stopped;
}

/** @throws UsageError */
async function readRules(path: string, cas: number): Promise<readonly Change[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--rules ${path} cannot be read: ${why}`);
  });
  try {
    return parseChanges(text, cas);
  } catch (error) {
    if (error instanceof ChangeError) throw new UsageError(`--rules ${path}: ${error.message}`);
    throw error;
  }
}

/** `KEYID:HMACKEY` of an external account that the CA brings along; `null`: there is none, or the caller's own. */
function exampleAccount({ externalAccounts }: SimCaOptions): string | null {
  const { keyId, key } = MANNERS_ACCOUNT;
  return externalAccounts?.keys[keyId] === key ? `${keyId}:${key}` : null;
}

if (import.meta.main) await simCommand(process.argv.slice(2));
