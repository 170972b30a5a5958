/** An installation of Certmill as an operator has it: server processes and the command line. */
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@certmill/api";
import { copyEmbedded } from "../../../packages/server/test/embedded-template.ts";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type RunningProcess, startProcess } from "../../../tools/peers/start-process.ts";
import { certmillProgram } from "../../../tools/test/certmill-program.ts";
import { type Ended, runCertmill } from "./certmill.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface InstallationOptions {
  /** PostgreSQL; `null`: the embedded database, which is there already and has our schema and no rows. */
  readonly databaseUrl: string | null;
  /** Has the server make the embedded database, which takes seconds of a core. */
  readonly makesDatabase?: true;
  /** What `--role` is for each process; one of them the API. Default: one process that is everything. */
  readonly roles?: readonly string[];
  /** Further settings of the server, as environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Installation extends AsyncDisposable {
  /** A temporary directory of its own; in it `data`, and with PostgreSQL the key file `keys`. */
  readonly directory: string;
  readonly dataDirectory: string;
  readonly keyFile: string;
  readonly api: string;
  /** `host:port` of the responder. */
  readonly responder: string;
  /** With the admin token. */
  readonly client: Client;
  /** One for each of the roles asked for, in their order. */
  readonly processes: readonly RunningProcess[];
  /** Starts a further process, or one in the place of another that has ended. */
  readonly start: (role?: string) => Promise<RunningProcess>;
  /** Runs `certmill` against this installation as its admin. */
  readonly certmill: (...args: readonly string[]) => Promise<Ended>;
  /** The same for what must succeed. @returns what it printed. @throws with its words when it failed. */
  readonly mustRun: (...args: readonly string[]) => Promise<string>;
}

/** Starts an installation; ready when every process says so. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { databaseUrl, makesDatabase = false, roles = [undefined], settings = {} } = options;
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-system-"))).path;
  const dataDirectory = join(directory, "data");
  const keyFile = databaseUrl === null ? join(dataDirectory, "key-encryption-keys") : join(directory, "keys");
  const [apiPort, responderPort] = [await freePort(), await freePort()];
  const api = `http://127.0.0.1:${apiPort}`;
  const environment = {
    CERTMILL_DATA_DIR: dataDirectory,
    CERTMILL_API_LISTEN: `127.0.0.1:${apiPort}`,
    CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${responderPort}`,
    DATABASE_URL: databaseUrl ?? "",
    ...(databaseUrl === null ? {} : { CERTMILL_KEY_FILE: keyFile, CERTMILL_ADMIN_TOKEN: firstToken }),
    ...settings,
  };
  if (databaseUrl === null && !makesDatabase) await copyEmbedded(dataDirectory);
  if (databaseUrl !== null) mustSucceed(await runCertmill(["key", "create", keyFile]));

  const readToken = async (): Promise<string> =>
    databaseUrl === null ? (await readFile(join(dataDirectory, "admin-token"), "utf8")).trim() : firstToken;
  /** Of each line of the key file the key; its id may be told. */
  const secrets = async (): Promise<readonly string[]> => {
    const keys = (await readFile(keyFile, "utf8")).matchAll(/^\S+ (\S+)$/gm);
    return [await readToken(), ...Array.from(keys, ([, key = ""]) => key)];
  };
  const start = async (role?: string) => withoutSecrets(await startServer(environment, role), secrets);
  const processes: RunningProcess[] = [];
  for (const role of roles) processes.push(opened.use(await start(role)));

  const token = await readToken();
  const cli = { CERTMILL_URL: api, CERTMILL_TOKEN: token };
  const certmill = (...args: readonly string[]) => runCertmill(args, { env: cli, cwd: directory });
  const lifetime = opened.move();
  return {
    directory,
    dataDirectory,
    keyFile,
    api,
    responder: `127.0.0.1:${responderPort}`,
    client: createClient({ baseUrl: api, token }),
    processes,
    start: async (role) => lifetime.use(await start(role)),
    certmill,
    mustRun: async (...args) => mustSucceed(await certmill(...args)),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

const firstToken = "cm_admin_of_the_system_tests";
/** A start, on a machine that has other things to do too. */
const startDeadline = 90_000;

async function startServer(
  environment: Readonly<Record<string, string>>,
  role?: string,
): Promise<RunningProcess> {
  const args = [certmillProgram, "serve", ...(role === undefined ? [] : ["--role", role])];
  const server = await startProcess({ command: process.execPath, args, env: environment });
  try {
    const probe = () => server.output().includes('"event":"ready"');
    await server.ready({ what: `certmill serve (${role ?? "all roles"})`, probe, within: startDeadline });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function mustSucceed({ code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`certmill ended with ${code}:\n${stderr}${stdout}`);
  return stdout;
}
