import { type Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { runServer } from "./processes.ts";

/** Milliseconds. */
const afterwards = 200;

interface ServeOptions {
  readonly role?: string;
  readonly config?: string;
}

export function registerServe(program: Command): void {
  const command = program
    .command("serve")
    .description("run the server: API, worker and challenge responder in one process, or some of them")
    .option("--role <roles>", "what this process does, separated by commas (default: api,worker,responder)")
    .addOption(
      new Option("--config <file>", "settings as TOML; the environment goes before it").env(
        "CERTMILL_CONFIG",
      ),
    )
    .action(serve);
  withExamples(
    command,
    "certmill serve",
    "DATABASE_URL=postgres://db.internal.example/certmill certmill serve --role worker",
  ).addHelpText(
    "after",
    "\nThe settings are listed in docs/reference/settings.md. SIGTERM stops it within 10 s.",
  );
}

async function serve({ role, config }: ServeOptions): Promise<void> {
  const environment = role === undefined ? process.env : { ...process.env, CERTMILL_ROLES: role };
  process.exitCode = await runServer({ environment, configFile: config ?? null });
  // Nothing is done any more: whoever waits for an answer, such as of a collector of traces, does not hold the process.
  setTimeout(() => process.exit(), afterwards).unref();
}
