import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceptsAt } from "./accepts-at.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

export interface Redis extends AsyncDisposable {
  /** The last of its log. */
  output(): string;
}

/** Starts Redis on 127.0.0.1 without a disk; ready when it listens. */
export async function startRedis(port: number, password: string): Promise<Redis> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-redis-"))).path;
  const settings = {
    port,
    bind: "127.0.0.1",
    save: "",
    appendonly: "no",
    dir: directory,
    requirepass: password,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = opened.use(await startProcess({ command: programOf(peers.redis), args }));
  await server.ready({ what: "Redis to listen", probe: () => acceptsAt(port), within: 15_000 });
  const lifetime = opened.move();
  return { output: () => server.output(), [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
