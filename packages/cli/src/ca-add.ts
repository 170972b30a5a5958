import { readFile } from "node:fs/promises";
import { builtInDirectories, type LimitSetName, limitSetNames, type NewCa, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { repeated, wholeNumber } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

interface CaAddOptions extends ServerOptions {
  readonly directory?: string;
  readonly name?: string;
  readonly contact?: readonly string[];
  readonly agreeTos?: boolean;
  readonly eabKid?: string;
  readonly eabHmacKeyFile?: string;
  readonly accountKey?: string;
  readonly root?: string;
  readonly allowPrivateNames?: boolean;
  readonly maxOrders?: number;
  readonly default?: boolean;
  readonly weight?: number;
  readonly limits?: LimitSetName;
  readonly caa?: readonly string[];
  readonly profile?: string;
}

export function registerCaAdd(ca: Command): void {
  const command = ca
    .command("add")
    .description("add a CA and make an account there; its key is stored encrypted")
    .argument(
      "<name-or-url>",
      `a built-in CA (${Object.keys(builtInDirectories).join(", ")}), a name of yours, or a directory URL`,
    )
    .option("--directory <url>", "the ACME directory, where the argument is a name of yours")
    .option("--name <name>", "what to call the CA, where the argument is a URL")
    .option("--contact <email>", "where the CA may write to (repeatable)", repeated)
    .option("--agree-tos", "agree to the CA's terms of service")
    .option("--eab-kid <id>", "key id of an external account binding, where the CA wants one")
    .option("--eab-hmac-key-file <file>", "file with its HMAC key, base64url")
    .option("--account-key <file>", "key of an account that there is, as PEM or JWK: none is made")
    .option("--root <file>", "PEM roots for the CA's own HTTPS, for a private CA")
    .option("--allow-private-names", "accept single labels, reserved TLDs and public suffixes")
    .option("--max-orders <n>", "orders in flight at most (default: 64)", wholeNumber(1))
    .option("--default", "issue from it unless a domain says otherwise; the first CA is it anyway")
    .option(
      "--weight <n>",
      "its share of the orders, beside the other CAs' weights (default: 100 for the default CA, else 0)",
      wholeNumber(0),
    )
    .addOption(
      new Option(
        "--limits <set>",
        "the built-in limits to begin with (default: those known for the directory)",
      ).choices(limitSetNames),
    )
    .option(
      "--caa <identity>",
      "what CAA records call it (repeatable; default: what its directory says)",
      repeated,
    )
    .option("--profile <name>", "the certificate profile that orders ask for (default: the CA's own)")
    .action(addCa);
  withExamples(
    withServerOptions(command),
    "certmill ca add letsencrypt --contact ops@example.com --agree-tos",
    "certmill ca add google --weight 30 --eab-kid KEYID --eab-hmac-key-file hmac.txt --agree-tos",
    "certmill ca add https://ca.internal.example/acme/directory --name internal --root ca-root.pem",
  );
}

async function addCa(nameOrUrl: string, options: CaAddOptions): Promise<void> {
  const body = await newCa(nameOrUrl, options);
  const client = await connect(options);
  const added = await client.call(operations.addCa, { body });
  if (options.json === true) return printJson(added);
  await print(
    `CA ${added.name} added${added.default ? ", the default" : ""}. Account: ${added.accountUrl ?? "none"}`,
  );
}

async function newCa(nameOrUrl: string, options: CaAddOptions): Promise<NewCa> {
  return {
    ...namedDirectory(nameOrUrl, options),
    contact: [...(options.contact ?? [])],
    termsAgreed: options.agreeTos ?? false,
    ...(await accountBinding(options)),
    ...(await accountKey(options)),
    ...(options.root === undefined ? {} : { rootPem: await readText("The root file", options.root) }),
    ...(options.allowPrivateNames === true ? { allowPrivateNames: true } : {}),
    ...(options.maxOrders === undefined ? {} : { maxOrdersInFlight: options.maxOrders }),
    ...(options.default === true ? { default: true } : {}),
    ...(options.weight === undefined ? {} : { weight: options.weight }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.caa === undefined ? {} : { caaIdentities: [...options.caa] }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
}

function namedDirectory(
  nameOrUrl: string,
  { directory, name }: CaAddOptions,
): Pick<NewCa, "name" | "directory"> {
  if (nameOrUrl.includes("://")) {
    if (directory !== undefined) throw badInput("The directory is given twice: once is enough.");
    if (name === undefined) throw badInput("Give the CA a name: add --name NAME.");
    return { name, directory: nameOrUrl };
  }
  if (directory !== undefined) return { name: name ?? nameOrUrl, directory };
  if (Object.hasOwn(builtInDirectories, nameOrUrl)) return { name: name ?? nameOrUrl, directory: nameOrUrl };
  throw badInput(
    `"${nameOrUrl}" is no built-in CA (${Object.keys(builtInDirectories).join(", ")}).`,
    "For another one add its directory: --directory URL",
  );
}

async function accountBinding({ eabKid, eabHmacKeyFile }: CaAddOptions): Promise<Pick<NewCa, "eab">> {
  if (eabKid === undefined && eabHmacKeyFile === undefined) return {};
  if (eabKid === undefined || eabHmacKeyFile === undefined) {
    throw badInput("An external account binding needs both --eab-kid and --eab-hmac-key-file.");
  }
  return { eab: { keyId: eabKid, hmacKey: (await readText("The HMAC key file", eabHmacKeyFile)).trim() } };
}

async function accountKey({ accountKey: file }: CaAddOptions): Promise<Pick<NewCa, "accountKey">> {
  if (file === undefined) return {};
  // Loaded here, as few commands read keys.
  const [{ readAccountKey }, { Unusable }] = await Promise.all([
    import("./foreign/key-file.ts"),
    import("@certmill/stores"),
  ]);
  try {
    return { accountKey: await readAccountKey(file) };
  } catch (error) {
    if (error instanceof Unusable) throw badInput(`The account key ${file} is no good. ${error.message}`);
    throw error;
  }
}

async function readText(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileFault(`${what} ${file}`, "read", error);
  }
}
