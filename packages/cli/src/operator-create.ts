import { type NewOperator, operations, type Role, roles } from "@certmill/api";
import { type Command, Option } from "commander";
import { askPassword } from "./ask-password.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

interface OperatorCreateOptions extends ServerOptions {
  readonly role: Role;
  readonly tenant?: string;
  readonly displayName?: string;
  readonly password?: boolean;
}

export function registerOperatorCreate(operator: Command): void {
  const command = operator
    .command("create")
    .description("add somebody; a password is made and printed this once, alone on standard output")
    .argument("<name>", "the name that they sign in with")
    .addOption(new Option("--role <role>", "what they may do").choices(roles).makeOptionMandatory())
    .option("--tenant <name>", "they see and change only what is this customer's")
    .option("--display-name <text>", "as the console shows them (default: the name)")
    .option("--password", "ask for the password, or read it from standard input, instead")
    .action(createOperator);
  withExamples(
    withServerOptions(command),
    "certmill operator create alice --role support",
    "certmill operator create shop-owner --role viewer --tenant acme-shop",
  );
}

async function createOperator(name: string, options: OperatorCreateOptions): Promise<void> {
  const { role, tenant, displayName } = options;
  const given = options.password === true ? await askPassword(`Password of ${name}: `) : undefined;
  const body: NewOperator = {
    name,
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(given === undefined ? {} : { password: given }),
  };
  const client = await connect(options);
  const created = await client.call(operations.createOperator, { body });
  if (options.json === true) return printJson(created);
  if (created.password !== null) await print(created.password);
  const bound = created.tenant === null ? "" : `, bound to the tenant ${printable(created.tenant)}`;
  remark(`${printable(created.name)} signs in at the console as ${created.role}${bound}.`);
  if (created.password !== null) remark("The password is not shown again.");
}
