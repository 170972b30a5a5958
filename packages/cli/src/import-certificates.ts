import { stat } from "node:fs/promises";
import type { CertificateImport } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { type CoverageOptions, coverageOf, keyTypes } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { Interruption } from "./interruption.ts";
import { caNames, wholeNumber } from "./option-values.ts";

interface ImportOptions extends ServerOptions, Omit<CoverageOptions, "profile"> {
  readonly dryRun?: boolean;
  readonly account?: boolean;
  readonly tenant?: string;
  readonly giveUpAfter: number;
}

export function registerImport(program: Command): void {
  const command = program
    .command("import")
    .description("take over certificates, keys and accounts that another program keeps")
    .argument(
      "<program>",
      "certbot, acme.sh, caddy or lego; dir for any tree of certificates and keys; vault",
    )
    .argument(
      "<path>",
      "the folder that it keeps them in, or a copy of it; in Vault a path of a key-value store",
    )
    .option("--dry-run", "say what would happen and change nothing")
    .option(
      "--account",
      "take the accounts of the certificates, too: their renewals are exempt from limits then",
    )
    .option("--tenant <name>", "whose they are")
    .option("--edge-group <name>", "the edges that serve them (default: default)")
    .option(
      "--ca <names>",
      "the only CA to renew at, or several in order of preference: a,b (default: the one that they came from, else the default CA)",
      caNames,
    )
    .addOption(
      new Option("--key-type <type>", "the key of what comes after (default: as it was)").choices(keyTypes),
    )
    .option("--give-up-after <seconds>", "how long a lost server is tried for", wholeNumber(0), 120)
    .action(importCertificates);
  withExamples(
    withServerOptions(command),
    "certmill import certbot /etc/letsencrypt --dry-run",
    "certmill import certbot /etc/letsencrypt --account",
    "certmill import dir /etc/ssl/customers --tenant acme --ca letsencrypt",
    "VAULT_ADDR=https://vault.example.com:8200 certmill import vault secret/certificates --dry-run",
  ).addHelpText("after", notes);
}

const notes = `
What is imported is served at once, and renewed at times that are spread out.
What cannot be taken is told with its path and the reason; the rest is taken.
The same again changes nothing, so a run that was cut off is simply started
again. Stop the other program's renewals once all is here.`;

async function importCertificates(name: string, path: string, options: ImportOptions): Promise<void> {
  // Loaded here, as other commands read no certificates.
  const [{ programOf }, { sendFound }, { tellFound }] = await Promise.all([
    import("./foreign/programs.ts"),
    import("./foreign/send-found.ts"),
    import("./foreign/tell-found.ts"),
  ]);
  const program = programOf(name);
  if (program === undefined) {
    throw badInput(
      `"${name}" is no program whose files are known.`,
      "They are: certbot, acme.sh, caddy, lego, dir, vault.",
    );
  }
  if (program.isElsewhere !== true) await demandFolder(path);
  const client = await connect(options);
  using interruption = new Interruption();
  const [dryRun, withAccounts] = [options.dryRun === true, options.account === true];
  const end = await sendFound({
    client,
    found: program.read(path, Date.now()),
    terms: termsOf(options),
    withAccounts,
    signal: interruption.signal,
    giveUpAfter: options.giveUpAfter * 1_000,
  });
  if (end.stoppedBy === null && end.tally.certificates + end.accounts === 0) {
    throw badInput(`There is nothing of ${name}'s in ${path}.`, `It should have ${program.keeps}.`);
  }
  await tellFound(end, { json: options.json === true, dryRun, withAccounts });
}

const termsOf = ({ dryRun, tenant, ...coverage }: ImportOptions): Omit<CertificateImport, "certificates"> => {
  const { profile: _, ...terms } = coverageOf(coverage);
  return { ...terms, ...(tenant === undefined ? {} : { tenant }), ...(dryRun === true ? { dryRun } : {}) };
};

async function demandFolder(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw fileFault(`The folder ${path}`, "read", error);
    },
  );
  if (!isFolder) throw badInput(`${path} is not a folder.`);
}
