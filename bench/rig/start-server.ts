/** `certmill serve` as a process of its own on PostgreSQL, and the `certmill` command against it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { type Client, createClient } from "@certmill/api";
import { freePort } from "../../tools/peers/free-port.ts";
import { startProcess } from "../../tools/peers/start-process.ts";
import { certmillProgram } from "./certmill-program.ts";

const run = promisify(execFile);

export interface ServerRequest {
  readonly databaseUrl: string;
  /** As `--role` takes them. */
  readonly roles: string;
  /** The only core it may run on; null: any. */
  readonly core: number | null;
  /** Settings beside those, or in their place. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Server extends AsyncDisposable {
  readonly pid: number;
  readonly client: Client;
  readonly responderPort: number;
  /** What the `certmill` command finds this server by. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `certmill` against it. @returns what it printed. */
  certmill(...args: readonly string[]): Promise<string>;
  /** The last of its log. */
  output(): string;
}

const commandDeadline = 60_000;

/** Everything not named here is at its default, the log level too. */
export async function startServer({
  databaseUrl,
  roles,
  core,
  environment: further = {},
}: ServerRequest): Promise<Server> {
  const [apiPort, responderPort] = [await freePort(), await freePort()];
  const token = `cm_bench_${randomBytes(24).toString("base64url")}`;
  const command = [process.execPath, certmillProgram, "serve", "--role", roles];
  const [program, ...args] = core === null ? command : ["taskset", "--cpu-list", String(core), ...command];
  const server = await startProcess({
    command: program ?? process.execPath,
    args,
    env: {
      DATABASE_URL: databaseUrl,
      CERTMILL_KEY_ENCRYPTION_KEYS: `bench ${randomBytes(32).toString("base64")}`,
      CERTMILL_ADMIN_TOKEN: token,
      CERTMILL_API_LISTEN: `127.0.0.1:${apiPort}`,
      CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${responderPort}`,
      ...further,
    },
  });
  const url = `http://127.0.0.1:${apiPort}`;
  const client = createClient({ baseUrl: url, token });
  const environment = { CERTMILL_URL: url, CERTMILL_TOKEN: token };
  const isReady = () => server.output().includes("certmill is ready");
  try {
    await server.ready({ what: "the Certmill server", within: 30_000, probe: isReady });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    pid: server.pid,
    client,
    responderPort,
    environment,
    certmill: async (...given) =>
      (
        await run(process.execPath, [certmillProgram, ...given], {
          env: { ...process.env, ...environment },
          timeout: commandDeadline,
        })
      ).stdout,
    output: () => server.output(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
