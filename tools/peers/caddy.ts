import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

export interface CaddyOptions {
  /** Asked until it says yes: Caddy says nothing once it listens. */
  readonly probe: () => Promise<boolean>;
}

export interface Caddy extends AsyncDisposable {
  readonly pid: number;
  /** The last of its log. */
  output(): string;
}

/**
 * Starts Caddy with directories of its own, which it would otherwise keep in the user's home.
 *
 * @param caddyfile without an admin endpoint (`admin off`), or each on a port of its own.
 */
export async function startCaddy(caddyfile: string, { probe }: CaddyOptions): Promise<Caddy> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-caddy-"))).path;
  const file = join(directory, "Caddyfile");
  await writeFile(file, caddyfile);
  const server = opened.use(
    await startProcess({
      command: programOf(peers.caddy),
      args: ["run", "--adapter", "caddyfile", "--config", file],
      env: { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    }),
  );
  await server.ready({ what: "Caddy to listen", probe, within: 60_000 });
  const lifetime = opened.move();
  return {
    pid: server.pid,
    output: () => server.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
