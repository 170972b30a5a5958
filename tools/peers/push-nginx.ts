import { chmod, mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { loadLuaModule, type Nginx, startNginx } from "./nginx.ts";
import { peers, programOf } from "./peer.ts";

/** A folder for nginx's configuration as Debian has it, into which `certmill edge install nginx` writes. */
export interface PushNginx extends AsyncDisposable {
  readonly directory: string;
  /** Of the agent's door; its folder is made by the installer. */
  readonly socket: string;
  /** Where {@link start} has nginx serve certificates, on 127.0.0.1. */
  readonly port: number;
  /** For the installer: what it needs to work in this folder. */
  readonly installOptions: readonly string[];
  /** Starts nginx with what was installed. */
  start(workers: number, more?: MoreConfiguration): Promise<Nginx>;
}

interface MoreConfiguration {
  /** Before `http { … }`. */
  readonly main?: string;
  /** Inside it. */
  readonly http?: string;
}

/** The answer to every request is the id of the worker that gave it. */
const site = (port: number, directory: string): string =>
  `server { listen 127.0.0.1:${port} ssl reuseport; include ${directory}/certmill/tls.conf; return 200 "$pid"; }`;

export async function preparePushNginx(): Promise<PushNginx> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-push-"))).path;
  // Others may come as far as this: what keeps them from the socket is the installer's.
  await chmod(directory, 0o755);
  await mkdir(join(directory, "conf.d"));
  const port = await freePort();
  const socket = join(directory, "door", "admin.sock");
  const http = `include ${directory}/conf.d/*.conf;`;
  const whole = `${loadLuaModule()}
pid ${directory}/nginx.pid;
error_log stderr;
events { }
http { ${http} }
`;
  await writeFile(join(directory, "nginx.conf"), whole);
  const lifetime = opened.move();
  const nginx = programOf(peers.nginx);
  return {
    directory,
    socket,
    port,
    installOptions: ["--dir", directory, "--socket", socket, "--systemd", "none", "--nginx", nginx],
    start: (workers, more = {}) =>
      startNginx({
        workers,
        main: `${loadLuaModule()}\n${more.main ?? ""}`,
        http: `${http}\n${site(port, directory)}\n${more.http ?? ""}`,
      }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
