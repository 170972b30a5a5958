import { writeFile } from "node:fs/promises";
import { parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { type SimCa, startSimCa } from "./sim-ca.ts";

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
  const { options, rootFile, httpsRootFile } = commandLine;
  await using ca = await startSimCa(options);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  process.once("SIGTERM", stop).once("SIGINT", stop);
  await writeRoots(ca, { rootFile, httpsRootFile });
  const ready = { directoryUrl: ca.directoryUrl, rootFile, httpsRootFile };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await stopped;
}

async function writeRoots(
  { rootPem, httpsRootPem }: SimCa,
  { rootFile, httpsRootFile }: { readonly rootFile: string | null; readonly httpsRootFile: string | null },
): Promise<void> {
  if (rootFile !== null) await writeFile(rootFile, rootPem);
  if (httpsRootFile === null) return;
  if (httpsRootPem === null) throw new UsageError("--https-root-file needs --tls");
  await writeFile(httpsRootFile, httpsRootPem);
}

if (import.meta.main) await simCommand(process.argv.slice(2));
