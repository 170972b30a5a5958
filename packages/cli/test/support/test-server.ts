import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { systemClock } from "../../../server/src/clock.ts";
import { compose, type World } from "../../../server/src/compose.ts";
import { readConfig } from "../../../server/src/config/read-config.ts";
import { copyEmbedded } from "../../../server/test/embedded-template.ts";
import { type SimCa, type SimCaOptions, startSimCa } from "../../../sim/src/index.ts";
import type { CliRequest, CliResult } from "./run-cli.ts";
import { runCli } from "./run-here.ts";

/** The real server on PGlite, with the sim CA behind it, and the command line in front. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly simCa: SimCa;
  /** Runs `certmill` against it with its admin token. */
  run(args: readonly string[], request?: CliRequest): Promise<CliResult>;
  /** The environment that makes `certmill` find it. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the server is given beside its defaults. */
export interface TestServerOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly world?: Partial<World>;
}

export async function startTestServer(
  options: SimCaOptions = {},
  { environment: settings, world }: TestServerOptions = {},
): Promise<TestServer> {
  await using opened = new AsyncDisposableStack();
  const root = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-cli-"))).path;
  const dataDir = join(root, "data");
  const environment = {
    CERTMILL_DATA_DIR: dataDir,
    CERTMILL_API_LISTEN: "127.0.0.1:0",
    CERTMILL_RESPONDER_LISTEN: "127.0.0.1:0",
    CERTMILL_DRAIN_SECONDS: "0",
    ...settings,
  };
  await copyEmbedded(dataDir);
  const running = await compose(await readConfig(environment, null), {
    clock: systemClock,
    log: pino({ level: "silent" }),
    ...world,
  });
  opened.defer(() => running.stop());
  const { api, responder } = running.urls;
  if (api === null || responder === null) throw new Error("The server does not listen.");
  const simCa = opened.use(await startSimCa({ httpPort: Number(new URL(responder).port), ...options }));
  const env = { CERTMILL_URL: api, CERTMILL_DATA_DIR: dataDir };
  const lifetime = opened.move();
  return {
    url: api,
    dataDir,
    simCa,
    env,
    run: (args, request) => runCli(args, { cwd: root, ...request, env: { ...env, ...request?.env } }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Makes the sim CA the server's default; `example.com` names are good for it. */
export async function addSimCa(server: TestServer): Promise<void> {
  const { code, stderr } = await server.run(
    `ca add sim --directory ${server.simCa.directoryUrl} --agree-tos --allow-private-names`.split(" "),
  );
  if (code !== 0) throw new Error(stderr);
}
