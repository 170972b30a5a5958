import { type OperatorChange, operations, type Role, roles } from "@certmill/api";
import { type Command, Option } from "commander";
import { askPassword } from "./ask-password.ts";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

interface OperatorSetOptions extends ServerOptions {
  readonly role?: Role;
  /** False: `--no-tenant`. */
  readonly tenant?: string | false;
  readonly displayName?: string;
  readonly password?: boolean;
  readonly newPassword?: boolean;
}

export function registerOperatorSet(operator: Command): void {
  const command = operator
    .command("set")
    .description("change somebody's role, tenant or password; their sessions end at once")
    .argument("<name>", "the name that they sign in with")
    .addOption(new Option("--role <role>", "what they may do").choices(roles))
    .option("--tenant <name>", "they see and change only what is this customer's")
    .option("--no-tenant", "they are bound to no tenant any more")
    .option("--display-name <text>", "as the console shows them")
    .addOption(
      new Option("--password", "ask for a password, or read it from standard input").conflicts("newPassword"),
    )
    .option("--new-password", "make a password; it is printed this once, alone on standard output")
    .action(setOperator);
  withExamples(
    withServerOptions(command),
    "certmill operator set alice --role operator",
    "certmill operator set admin --new-password",
  );
}

async function setOperator(name: string, options: OperatorSetOptions): Promise<void> {
  const { role, tenant, displayName, newPassword } = options;
  const asked = options.password === true ? await askPassword(`New password of ${name}: `) : undefined;
  const body: OperatorChange = {
    ...(role === undefined ? {} : { role }),
    ...(tenant === undefined ? {} : { tenant: tenant === false ? null : tenant }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(asked === undefined ? {} : { password: asked }),
    ...(newPassword === true ? { newPassword } : {}),
  };
  if (Object.keys(body).length === 0) throw badInput("Nothing is to be changed: name at least one option.");
  const client = await connect(options);
  const changed = await client.call(operations.changeOperator, { params: { name }, body });
  if (options.json === true) return printJson(changed);
  if (changed.password !== null) await print(changed.password);
  const bound = changed.tenant === null ? "" : `, bound to the tenant ${printable(changed.tenant)}`;
  remark(`${printable(changed.name)} is ${changed.role}${bound}; their sessions have ended.`);
  if (changed.password !== null) remark("The password is not shown again.");
}
