import { operations } from "@certmill/api";
import { type Command, InvalidArgumentError } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { instantText } from "./terminal/time-text.ts";

interface JoinTokenOptions extends ServerOptions {
  readonly group: string;
  /** Seconds. */
  readonly expires: number;
}

/** `edge join-token create`: the one command of three words, as a join token is nothing without its edge. */
export function registerEdgeJoinToken(edge: Command): void {
  const command = edge
    .command("join-token")
    .description("tokens that one machine each may join an edge group with")
    .command("create")
    .description("create a join token; it is printed this once, alone on standard output")
    .option("--group <name>", "the edge group; one that is new is made", "default")
    .option("--expires <time>", "how long it works, such as 30m, 1h or 7d", lifetime, 3_600)
    .action(createJoinToken);
  withExamples(
    withServerOptions(command),
    "certmill edge join-token create --group paris > join-token",
    "certmill edge join-token create --group paris --expires 24h",
  );
}

async function createJoinToken(options: JoinTokenOptions): Promise<void> {
  const client = await connect(options);
  const { token, ...about } = await client.call(operations.createJoinToken, {
    params: { name: options.group },
    body: { expiresInSeconds: options.expires },
  });
  if (options.json === true) return printJson({ ...about, token });
  await print(token);
  remark(
    `It lets one edge join the group ${printable(about.edgeGroup)} until ${instantText(about.expiresAt)}, and is not shown again.`,
  );
}

const units: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/** Seconds. */
function lifetime(text: string): number {
  const [, amount, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (units[unit] ?? Number.NaN);
  if (seconds >= 60 && seconds <= 7 * 86_400) return seconds;
  throw new InvalidArgumentError("It must be a time from 1m to 7d, such as 30m, 1h or 7d.");
}
