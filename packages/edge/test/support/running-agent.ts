import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Receipt } from "@certmill/api";
import { type Agent, type AgentOptions, openAgent } from "../../src/agent.ts";
import { tokenFileClient } from "../../src/feed/token-file-client.ts";
import { loadState } from "../../src/holding/state-log.ts";
import type { EdgeEvent } from "../../src/log/edge-event.ts";
import type { EdgeServer } from "./edge-server.ts";

/** An agent running in this process, with what it logged. */
export interface RunningAgent extends AsyncDisposable {
  readonly agent: Agent;
  readonly events: readonly EdgeEvent[];
  stop(): Promise<void>;
}

export async function runAgent(
  server: EdgeServer,
  directory: string,
  options: Partial<AgentOptions> = {},
): Promise<RunningAgent> {
  const tokenFile = `${directory}.token`;
  await writeFile(tokenFile, `${server.token}\n`);
  const events: EdgeEvent[] = [];
  const agent = await openAgent({
    client: tokenFileClient({ baseUrl: server.url, tokenFile }),
    edge: "edge-1",
    directory,
    layout: "pair",
    seal: null,
    keep: null,
    proxy: { kind: "files" },
    proveAt: null,
    wait: 1,
    backoff: { least: 1, most: 20 },
    log: (event) => events.push(event),
    ...options,
  });
  const stopping = new AbortController();
  const run = agent.run(stopping.signal);
  // Told when it is stopped; until then nobody may be waiting for it.
  run.catch(() => undefined);
  const stop = async () => {
    stopping.abort();
    await run;
  };
  return { agent, events, stop, [Symbol.asyncDispose]: stop };
}

/** A directory of its own for a test, with room for files beside it. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const parent = await mkdtemp(join(tmpdir(), "certmill-edge-"));
  return {
    path: join(parent, "certificates"),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
}

/** The chain that a proxy finds for a name; null: none. */
export async function chainFor(directory: string, name: string): Promise<string | null> {
  return await readFile(join(directory, name, "fullchain.pem"), "utf8").catch(() => null);
}

/** All that lies in the agent's directory but its state, as sorted paths. */
export async function treeOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => null);
  // Something went away while it was read.
  if (entries === null) return await treeOf(directory);
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  return paths.filter((path) => !path.startsWith(".state")).sort();
}

/** The receipts that the agent's state on disk still has to send. */
export async function waitingReceipts(directory: string): Promise<readonly Receipt[]> {
  const loaded = await loadState(join(directory, ".state", "state.jsonl"));
  return loaded.kind === "found" ? loaded.state.receipts : [];
}

export async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}
