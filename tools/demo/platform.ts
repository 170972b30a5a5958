/** Everything the demo runs, as the processes an operator would run: a CA, the server, an edge. */
import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, createClient, operations } from "@certmill/api";
import { freePort } from "../peers/free-port.ts";
import { startPebble } from "../peers/pebble.ts";
import { startProcess } from "../peers/start-process.ts";
import type { DemoOptions } from "./options.ts";

const run = promisify(execFile);
const certmillProgram = new URL("../../packages/cli/src/certmill.mjs", import.meta.url).pathname;

export interface Platform extends AsyncDisposable {
  readonly client: Client;
  readonly urls: { readonly api: string; readonly caDirectory: string };
  readonly tlsPort: number;
  /** Root of what the CA issues. */
  readonly rootPem: string;
  readonly dataDirectory: string;
  readonly tokenFile: string;
  /** Whom the console lets in. */
  readonly person: Person;
  /** Runs `certmill` against this platform. @returns what it printed. */
  certmill(...args: readonly string[]): Promise<string>;
}

export interface Person {
  readonly name: string;
  readonly password: string;
}

/** @param tell called with a line for each thing that has started. */
export async function startPlatform(ca: DemoOptions["ca"], tell: (line: string) => void): Promise<Platform> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-demo-"))).path;
  const dataDirectory = join(directory, "data");
  const [apiPort, responderPort] = [await freePort(), await freePort()];
  const [tlsPort, httpPort] = [await freePort(), await freePort()];
  const api = `http://127.0.0.1:${apiPort}`;

  const server = opened.use(
    await startProcess({
      command: process.execPath,
      args: [certmillProgram, "serve"],
      env: {
        CERTMILL_DATA_DIR: dataDirectory,
        CERTMILL_API_LISTEN: `127.0.0.1:${apiPort}`,
        CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${responderPort}`,
        CERTMILL_LOG_LEVEL: "warn",
        DATABASE_URL: "",
      },
    }),
  );
  await server.ready({ what: "the Certmill server", within: 60_000, probe: () => isReady(api) });
  tell(`server     ${api}  (embedded database)`);

  const authority =
    ca === "sim" ? await startSim(opened, directory, httpPort) : await usePebble(opened, directory, httpPort);
  tell(`CA         ${authority.directoryUrl}`);

  const tokenFile = join(dataDirectory, "admin-token");
  const environment = { ...process.env, CERTMILL_URL: api, CERTMILL_TOKEN_FILE: tokenFile, NO_COLOR: "1" };
  const certmill = async (...args: readonly string[]): Promise<string> =>
    (await run(process.execPath, [certmillProgram, ...args], { env: environment, maxBuffer: 2 ** 24 }))
      .stdout;

  await certmill("ca", "add", ca, "--directory", authority.directoryUrl, ...authority.options);
  const edgeTokenFile = join(directory, "edge-token");
  const edgeToken = await certmill(
    "token",
    "create",
    "--scope",
    "edge",
    "--edge-group",
    "default",
    "--name",
    "demo",
  );
  await writeFile(edgeTokenFile, edgeToken, { mode: 0o600 });
  const edge = opened.use(
    await startProcess({
      command: process.execPath,
      args: [
        certmillProgram,
        "edge",
        "run",
        "--server",
        api,
        "--token-file",
        edgeTokenFile,
        "--name",
        "demo-edge",
      ].concat(
        ["--dir", join(directory, "edge"), "--tls-port", String(tlsPort), "--http-port", String(httpPort)],
        ["--responder", `http://127.0.0.1:${responderPort}`],
      ),
    }),
  );
  await edge.ready({
    what: "the edge",
    within: 30_000,
    probe: () => answers(`http://127.0.0.1:${httpPort}/`),
  });
  tell(`edge       https://127.0.0.1:${tlsPort}  (port 80 is ${httpPort}: the one static rule)`);

  const token = (await readFile(tokenFile, "utf8")).trim();
  const client = createClient({ baseUrl: api, token });
  const person = await addPerson(client);
  const lifetime = opened.move();
  return {
    client,
    person,
    urls: { api, caDirectory: authority.directoryUrl },
    tlsPort,
    rootPem: await authority.issuingRootPem(),
    dataDirectory,
    tokenFile,
    certmill,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Somebody with a password that is told; the first admin's was told on the server's own standard error. */
async function addPerson(client: Client): Promise<Person> {
  const name = "demo";
  const { password } = await client.call(operations.createOperator, { body: { name, role: "admin" } });
  if (password === null) throw new Error("The server made no password.");
  return { name, password };
}

interface Authority {
  readonly directoryUrl: string;
  /** For `certmill ca add`. */
  readonly options: readonly string[];
  issuingRootPem(): Promise<string>;
}

const common = ["--contact", "ops@example.com", "--agree-tos", "--allow-private-names"];

async function startSim(
  opened: AsyncDisposableStack,
  directory: string,
  httpPort: number,
): Promise<Authority> {
  const port = await freePort();
  const rootFile = join(directory, "ca-root.pem");
  const args = [
    "sim",
    "ca",
    "--port",
    String(port),
    "--http-port",
    String(httpPort),
    "--root-file",
    rootFile,
  ];
  const sim = opened.use(await startProcess({ command: process.execPath, args: [certmillProgram, ...args] }));
  const directoryUrl = `http://127.0.0.1:${port}/directory`;
  await sim.ready({ what: "the sim CA", within: 30_000, probe: () => answers(directoryUrl) });
  return { directoryUrl, options: common, issuingRootPem: () => readFile(rootFile, "utf8") };
}

async function usePebble(
  opened: AsyncDisposableStack,
  directory: string,
  httpPort: number,
): Promise<Authority> {
  const pebble = opened.use(await startPebble({ httpPort }));
  const httpsRoot = join(directory, "pebble-https-root.pem");
  await writeFile(httpsRoot, pebble.httpsRootPem);
  // More than 8 orders at a time were seen to deadlock Pebble.
  const options = [...common, "--root", httpsRoot, "--max-orders", "8"];
  return { directoryUrl: pebble.directoryUrl, options, issuingRootPem: () => pebble.issuingRootPem() };
}

async function isReady(api: string): Promise<boolean> {
  try {
    return (await createClient({ baseUrl: api, token: null }).call(operations.checkReadiness)).ready;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}
