import { type NewToken, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { dayText } from "./terminal/time-text.ts";

interface TokenCreateOptions extends ServerOptions {
  readonly scope: NewToken["scope"];
  readonly tenant?: string;
  readonly edgeGroup?: string;
  readonly name?: string;
  readonly expiresInDays?: number;
}

const scopes: readonly NewToken["scope"][] = ["admin", "tenant", "edge"];

export function registerTokenCreate(token: Command): void {
  const command = token
    .command("create")
    .description("create an API token; it is printed this once, alone on standard output")
    .addOption(new Option("--scope <scope>", "what it may do").choices(scopes).makeOptionMandatory())
    .option("--tenant <name>", "with scope tenant: whose domains")
    .option("--edge-group <name>", "with scope edge: whose certificates (default: default)")
    .option("--name <text>", "whose it is, for the list of tokens")
    .option("--expires-in-days <n>", "without it the token does not expire", wholeNumber(1))
    .action(createToken);
  withExamples(
    withServerOptions(command),
    "certmill token create --scope edge --name edge-paris-1 > edge-token",
    "certmill token create --scope tenant --tenant acme-shop --expires-in-days 90",
  );
}

async function createToken(options: TokenCreateOptions): Promise<void> {
  const body = newToken(options);
  const client = await connect(options);
  const created = await client.call(operations.createToken, { body });
  if (options.json === true) return printJson(created);
  await print(created.token);
  const until = created.expiresAt === null ? "does not expire" : `expires on ${dayText(created.expiresAt)}`;
  remark(
    `Token ${created.id} (${created.name}) ${until}. It is not shown again; keep it in a file with mode 0600.`,
  );
}

function newToken({ scope, tenant, edgeGroup, name, expiresInDays }: TokenCreateOptions): NewToken {
  if (scope === "tenant" && tenant === undefined) throw badInput("A tenant's token needs --tenant NAME.");
  if (scope !== "tenant" && tenant !== undefined) throw badInput("--tenant goes with --scope tenant.");
  if (scope !== "edge" && edgeGroup !== undefined) throw badInput("--edge-group goes with --scope edge.");
  return {
    name: name ?? [scope, tenant ?? edgeGroup].filter((part) => part !== undefined).join(" "),
    scope,
    ...(tenant === undefined ? {} : { tenant }),
    ...(edgeGroup === undefined ? {} : { edgeGroup }),
    ...(expiresInDays === undefined ? {} : { expiresInDays }),
  };
}
