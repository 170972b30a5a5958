/**
 * A program of the operator's that changes the records. Only those in the configured directory are run: whoever has an
 * admin's token can name one, and no other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DnsProvider, ProviderFault, type TextRecord } from "./dns-provider.ts";

export interface HookOptions {
  /** The file's name. */
  readonly program: string;
  /** Null: hooks are not allowed. */
  readonly directory: string | null;
}

export function execHook({ program, directory }: HookOptions): DnsProvider {
  if (directory === null) {
    throw new ProviderFault(
      `The hook ${program} is not run: no directory of hooks is configured (dns_hook_directory, CERTMILL_DNS_HOOK_DIRECTORY).`,
    );
  }
  if (!/^[\w.-]+$/.test(program) || /^\.+$/.test(program))
    throw new ProviderFault(`${program} is no file's name.`);
  const path = join(directory, program);
  return {
    add: (record, signal) => run(path, "add", record, signal),
    remove: (record, signal) => run(path, "remove", record, signal),
  };
}

/** Characters of what it printed that are told: the last ones say what went wrong. */
const keptOutput = 300;

async function run(
  path: string,
  action: "add" | "remove",
  { zone, name, text }: TextRecord,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  // A group of its own: what it started is killed with it. Of our environment it gets what a program needs to run, no secrets.
  const { PATH = "", HOME = "/", LANG = "C" } = process.env;
  const child = spawn(path, [action, name, text, zone], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH,
      HOME,
      LANG,
      CERTMILL_ACTION: action,
      CERTMILL_ZONE: zone,
      CERTMILL_NAME: name,
      CERTMILL_TEXT: text,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => {
      output = (output + piece).slice(-keptOutput);
    });
  }
  const kill = (): void => killGroup(child.pid);
  signal.addEventListener("abort", kill, { once: true });
  try {
    const closed = once(child, "close").catch(() => undefined);
    const [code, endedBy] = (await once(child, "exit")) as [number | null, string | null];
    // What it printed last may still be on its way.
    await Promise.race([closed, sleep(200, undefined, { ref: false })]);
    signal.throwIfAborted();
    if (code === 0) return;
    const how = code === null ? `was ended by ${endedBy}` : `ended with exit code ${code}`;
    const words = output.trim().replaceAll(/\s*\n\s*/g, "; ");
    throw new ProviderFault(`The hook ${path} ${how}${words === "" ? "" : `: ${words}`}.`);
  } catch (error) {
    if (signal.aborted || error instanceof ProviderFault) throw error;
    throw new ProviderFault(`The hook ${path} cannot be run: ${(error as Error).message}.`);
  } finally {
    signal.removeEventListener("abort", kill);
    // A process that it left behind may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
