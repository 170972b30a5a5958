/** `certmill serve`: reads the configuration, runs until SIGTERM or SIGINT, says in one sentence why it cannot. */
import { once } from "node:events";
import { systemClock } from "./clock.ts";
import { compose } from "./compose.ts";
import { ConfigInvalid, type ListenAddress, readConfig } from "./config/read-config.ts";
import type { FirstOperator } from "./http/sign-in/first-operator.ts";
import { KeyFileInvalid } from "./keys/key-ring.ts";
import { openLog } from "./observe/log.ts";
import { ListenFailed } from "./serve-listener.ts";
import { DatabaseUnusable } from "./store/database-unusable.ts";
import { DirectoryInUse } from "./store/directory-lock.ts";
import { SchemaMismatch } from "./store/migrate.ts";

export interface ServeOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A TOML file; null: none. */
  readonly configFile: string | null;
}

/** A stopping process that does not come to its end is ended after this. */
const lastMoment = 9_000;

/** @returns the exit code: 0 after a signal, 2 for a wrong configuration, 1 for what else hinders the start. */
export async function serve({ environment, configFile }: ServeOptions): Promise<number> {
  // Listened for from the beginning: a signal during the start stops it as soon as it is done.
  const stopSignal = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  try {
    const config = await readConfig(environment, configFile);
    const log = openLog(config.logLevel);
    const running = await compose(config, {
      clock: systemClock,
      log,
      showOnce: (first) => process.stderr.write(firstSignInText(first, config.apiListen)),
    });
    log.info({ event: "ready", ...running.urls, roles: [...config.roles] }, "certmill is ready");
    const [signal] = await stopSignal;
    log.info({ event: "stopping", signal }, "certmill is stopping");
    const timer = setTimeout(() => {
      log.error({ event: "stop.overdue" }, "something did not stop in time; leases take care of the rest");
      process.exit(1);
    }, lastMoment);
    await running.stop();
    clearTimeout(timer);
    log.info({ event: "stopped" }, "certmill has stopped");
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`certmill serve: ${error.message}\n`);
    return error instanceof ConfigInvalid ? 2 : 1;
  }
}

/** Not a line of the log, which is kept and sent to places: a password is in it. */
const firstSignInText = ({ name, password }: FirstOperator, { host, port }: ListenAddress): string =>
  [
    "",
    `  The console: http://${host.includes(":") ? `[${host}]` : host}:${port}/console/`,
    `  Sign in as ${name} with the password ${password}`,
    "  It is shown this once. A new one: certmill operator set admin --new-password",
    "",
    "",
  ].join("\n");

const expected = [
  ConfigInvalid,
  KeyFileInvalid,
  ListenFailed,
  DatabaseUnusable,
  DirectoryInUse,
  SchemaMismatch,
];

const isExpected = (error: unknown): error is Error => expected.some((type) => error instanceof type);
