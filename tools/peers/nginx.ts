import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

export interface NginxOptions {
  /** What stands inside `http { … }`; paths in it are absolute or relative to `directory`. */
  readonly http: string;
  /** Worker processes; 1 by default. */
  readonly workers?: number;
  /** What stands before it: `load_module …;`. */
  readonly main?: string;
}

export interface Nginx extends AsyncDisposable {
  readonly pid: number;
  /** Its temporary directory. */
  readonly directory: string;
  /** What an operator would give an agent to run after a change: program and arguments. */
  readonly reloadCommand: readonly [string, ...string[]];
  /** Replaces the content of `http { … }`; takes effect at the next reload. */
  write(http: string): Promise<void>;
  /** Tests the configuration, reloads, and returns when only new workers accept. Throws nginx's words for a bad one. */
  reload(): Promise<void>;
  /** The last of its error log. */
  output(): string;
}

/** Starts nginx in the foreground with a configuration and directory of its own; ready when it listens. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-nginx-"))).path;
  const configFile = join(directory, "nginx.conf");
  const pidFile = join(directory, "nginx.pid");
  const write = (http: string) => writeFile(configFile, configuration(http, options, pidFile));
  await write(options.http);

  const program = programOf(peers.nginx);
  const base = ["-p", directory, "-c", configFile, "-e", "stderr"];
  await run(program, [...base, "-t"], { timeout: 30_000 });
  const server = opened.use(await startProcess({ command: program, args: base }));
  // Written after the listening sockets are open; until then the file is the empty one that `nginx -t` leaves.
  const listens = () =>
    readFile(pidFile, "utf8").then(
      (pid) => pid.trim() === String(server.pid),
      () => false,
    );
  await server.ready({ what: "nginx to listen", probe: listens, within: 60_000 });

  const reloadCommand = [program, ...base, "-s", "reload"] as const;
  const reload = async () => {
    await run(program, [...base, "-t"], { timeout: 30_000 });
    const old = new Set(workersOf(server.pid));
    server.signal("SIGHUP");
    const probe = () => {
      const accepting = workersOf(server.pid).filter((worker) => !isLeaving(worker));
      return accepting.length > 0 && accepting.every((worker) => !old.has(worker));
    };
    await until({ what: "nginx to change its workers", probe, within: 60_000 });
  };
  const lifetime = opened.move();
  return {
    pid: server.pid,
    directory,
    reloadCommand,
    write,
    reload,
    output: () => server.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

function configuration(http: string, { workers = 1, main = "" }: NginxOptions, pidFile: string): string {
  // The temporary directory is its maker's alone, so root's workers stay root.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  return `${main}
${user}daemon off;
worker_processes ${workers};
pid ${pidFile};
error_log stderr warn;
events { worker_connections 4096; }
http {
access_log off;
client_body_temp_path body;
proxy_temp_path proxy;
fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
${http}
}
`;
}

/** The process ids of the master's children. */
function workersOf(master: number): readonly string[] {
  const children = readFileSync(`/proc/${master}/task/${master}/children`, "utf8");
  return children.split(" ").filter((pid) => pid !== "");
}

/** Whether a worker accepts no more connections, or is gone: nginx says so in its process title. */
function isLeaving(worker: string): boolean {
  try {
    return readFileSync(`/proc/${worker}/cmdline`, "utf8").includes("shutting down");
  } catch {
    return true;
  }
}

/** For {@link NginxOptions.main}: what loads Debian's Lua module. */
export function loadLuaModule(): string {
  programOf(peers.nginxLuaCache);
  const lua = programOf(peers.nginxLua);
  return `load_module ${join(dirname(lua), "ndk_http_module.so")};\nload_module ${lua};`;
}
