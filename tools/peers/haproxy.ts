import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";
import { until } from "./until.ts";

export interface HaproxyOptions {
  /** What stands after `defaults`: frontends and backends, by absolute paths. */
  readonly sections: string;
  /** Further lines of `global`. */
  readonly global?: string;
  /** Milliseconds for a start and a reload: HAProxy takes 2 for each certificate. 30,000 by default. */
  readonly within?: number;
}

export interface Haproxy extends AsyncDisposable {
  /** The master's process id. */
  readonly pid: () => number;
  /** The stats socket, `level admin`. */
  readonly socket: string;
  /** Asks on the socket, as anybody with access to it may. */
  ask(commands: string): Promise<string>;
  /** As `systemctl reload` does; returns when a new worker answers. */
  reload(): Promise<void>;
  /** Ends it and its workers at once, without a word to anybody, as a kernel does that is out of memory. */
  kill(): Promise<void>;
  /** After {@link kill}. */
  start(): Promise<void>;
  /** The last of what it wrote. */
  output(): string;
}

/** Starts HAProxy as Debian's unit does, a master and a worker; ready when its socket answers. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-haproxy-"))).path;
  const socket = join(directory, "admin.sock");
  const file = join(directory, "haproxy.cfg");
  await writeFile(file, configuration(options, socket));
  const within = options.within ?? 30_000;
  const ask = (commands: string) => askSocket(socket, commands);
  const workerNow = () =>
    ask("show info\n").then(
      (answer) => /^Pid: (\d+)$/m.exec(answer)?.[1] ?? null,
      () => null,
    );
  const begin = async () => {
    const server = await startProcess({
      command: programOf(peers.haproxy),
      args: ["-W", "-db", "-f", file],
    });
    await server.ready({
      what: "HAProxy to answer",
      probe: async () => (await workerNow()) !== null,
      within,
    });
    return server;
  };
  let server = await begin();
  opened.defer(() => server.stop());

  const reload = async () => {
    const old = await workerNow();
    let signalledAt = Number.NEGATIVE_INFINITY;
    const probe = async () => {
      // A master that has just started starts itself anew, and has no ear for a signal meanwhile.
      if (performance.now() - signalledAt > 2_000) {
        server.signal("SIGUSR2");
        signalledAt = performance.now();
      }
      const worker = await workerNow();
      return worker !== null && worker !== old;
    };
    await until({ what: "HAProxy's new worker to answer", probe, within });
  };
  const kill = async () => {
    const worker = await workerNow();
    server.signal("SIGKILL");
    if (worker !== null) process.kill(Number(worker), "SIGKILL");
    await server.ended;
  };
  const lifetime = opened.move();
  return {
    pid: () => server.pid,
    socket,
    ask,
    reload,
    kill,
    start: async () => {
      server = await begin();
    },
    output: () => server.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

function configuration({ sections, global = "" }: HaproxyOptions, socket: string): string {
  return `global
  stats socket ${socket} mode 600 level admin
  hard-stop-after 2s
  ssl-load-extra-files none
  ${global}
defaults
  mode http
  timeout client 10s
  timeout connect 2s
  timeout server 10s
${sections}
`;
}

async function askSocket(path: string, commands: string): Promise<string> {
  const socket = connect(path);
  socket.setTimeout(10_000, () => socket.destroy(new Error("HAProxy does not answer.")));
  socket.write(commands);
  return await text(socket);
}
