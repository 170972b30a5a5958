import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { chown, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpuSeconds } from "./cpu-seconds.ts";
import { freePort } from "./free-port.ts";
import { peers, programOf } from "./peer.ts";
import { type RunningProcess, startProcess } from "./start-process.ts";

const run = promisify(execFile);

export interface PostgresOptions {
  /** `none` (the default) never waits for the disk: for tests. `full` is PostgreSQL's own default: for benches. */
  readonly durability?: "none" | "full";
  /** By which way clients come: `socket` takes half the time for each statement. Default: `loopback`. */
  readonly access?: "loopback" | "socket";
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An ephemeral cluster; disposing of it stops it and removes its files. */
export interface Postgres extends AsyncDisposable {
  /** Of the database `postgres`. */
  readonly url: string;
  /** The postmaster's; another one after a restart. */
  readonly pid: number;
  /** Makes a database, a copy of `template` if one is given, and returns its URL. */
  createDatabase(name?: string, template?: string): Promise<string>;
  /** User and system seconds of the present postmaster and all its children. */
  cpuSeconds(): number;
  /** Ends the server and keeps the files. `crash`: without a checkpoint, as after a power failure. */
  stop(how?: "fast" | "crash"): Promise<void>;
  /** Starts a stopped server on the same port. */
  start(): Promise<void>;
  restart(how?: "fast" | "crash"): Promise<void>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const commandDeadline = 60_000;

/** Starts PostgreSQL on a port of its own, on loopback, in a temporary directory. Takes about 2 s. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const owner = ownerOfServer();
  const port = await freePort();
  await using opened = new AsyncDisposableStack();
  const root = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-postgres-")));
  const directory = join(root.path, "cluster");
  if (owner !== null) await chown(root.path, owner.uid, owner.gid);
  const access = ["--auth=trust", "--username=postgres"];
  const form = ["--encoding=UTF8", "--no-locale", "--no-sync"];
  await run(programOf(peers.postgres, "initdb"), ["-D", directory, ...access, ...form], {
    ...owner,
    cwd: root.path,
    timeout: commandDeadline,
  });

  const bySocket = options.access === "socket";
  const sockets = bySocket ? { unix_socket_directories: root.path } : {};
  const settings = {
    ...defaults,
    ...sockets,
    ...(options.durability === "full" ? {} : careless),
    ...options.settings,
  };
  const args = ["-D", directory, "-p", String(port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const launch = () => launchServer({ args, port, owner, cwd: root.path });

  let server: RunningProcess = await launch();
  const stop = async (how: "fast" | "crash" = "fast") => {
    if (how === "crash") server.signal("SIGQUIT");
    await server.stop();
  };
  const start = async () => {
    server = await launch();
  };
  opened.defer(() => server.stop());
  const lifetime = opened.move();

  const place = bySocket ? encodeURIComponent(root.path) : "127.0.0.1";
  const urlOf = (database: string) => `postgresql://postgres@${place}:${port}/${database}`;
  return {
    url: urlOf("postgres"),
    get pid() {
      return server.pid;
    },
    async createDatabase(name = `t${randomBytes(6).toString("hex")}`, template) {
      const from = template === undefined ? [] : ["-T", template];
      const where = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres"];
      await run(programOf(peers.postgres, "createdb"), [...where, ...from, name], {
        timeout: commandDeadline,
      });
      return urlOf(name);
    },
    cpuSeconds: () => cpuSeconds(server.pid),
    stop,
    start,
    async restart(how) {
      await stop(how);
      await start();
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

const defaults = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
} as const;

const careless = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } as const;

interface Launch {
  readonly args: readonly string[];
  readonly port: number;
  readonly owner: Owner | null;
  readonly cwd: string;
}

async function launchServer({ args, port, owner, cwd }: Launch): Promise<RunningProcess> {
  const server = await startProcess({
    command: programOf(peers.postgres),
    args,
    cwd,
    ...owner,
    // Fast shutdown: connections are cut. SIGTERM would wait for the clients to leave.
    stopSignal: "SIGINT",
  });
  try {
    await server.ready({
      what: "PostgreSQL to accept connections",
      probe: () => accepts(port),
      within: 60_000,
    });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Whether a session can be opened now, which is later than the port being open. */
function accepts(port: number): Promise<boolean> {
  return run(programOf(peers.postgres, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)], {
    timeout: commandDeadline,
  }).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL refuses to run as root: then it is the user `postgres`, which its package makes. */
function ownerOfServer(): Owner | null {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as.');
  }
  return { uid: Number(uid), gid: Number(gid) };
}
