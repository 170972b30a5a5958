import { type Client, type NewReplacement, operations, type Replacement } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "../command-error.ts";
import { confirm } from "../confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { endWith } from "../exit-code.ts";
import { Interruption } from "../interruption.ts";
import { repeated } from "../option-values.ts";
import { type RevocationReason, revocationReasons } from "../revocation-reasons.ts";
import { serialBatches } from "../serial-numbers.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson, remark } from "../terminal/print.ts";
import { planText, replacementText } from "../terminal/replacement-text.ts";

interface ReplaceOptions extends ServerOptions {
  readonly ca?: string;
  readonly issuer?: string;
  readonly key?: string;
  readonly profile?: string;
  readonly list?: string;
  readonly serial?: readonly string[];
  readonly reason?: RevocationReason;
  readonly thenRevoke?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `certmill replace`, to which the commands that look after one are added. */
export function registerReplace(program: Command, ...others: readonly ((replace: Command) => void)[]): void {
  const command = program
    .command("replace")
    .enablePositionalOptions()
    .description("replace many certificates before their time: those of a CA, an issuer, a key, a list")
    .option("--ca <name>", "those that this CA issued")
    .option("--issuer <name>", "those of this issuer: its common name, such as R12, or all of it")
    .option(
      "--key <spki|serial>",
      "those of this key, by its SHA-256 or a certificate that has it; it is refused from then on",
    )
    .option("--profile <name>", "those that were ordered with this profile")
    .option("--list <file>", "those with the serial numbers in a file, one a line: - reads standard input")
    .option("--serial <hex>", "the one with this serial number (repeatable)", repeated)
    .addOption(new Option("--reason <reason>", "why (default: superseded)").choices(revocationReasons))
    .option("--then-revoke", "revoke each certificate once its successor is served")
    .option("--dry-run", "tell what it comes to, and do nothing")
    .option("--yes", "do not ask");
  command.action((_: unknown, own: Command) => replace(own.opts()));
  withExamples(
    withServerOptions(command),
    "certmill replace --issuer R12 --dry-run",
    "certmill replace --key 03a1f2 --reason keyCompromise --then-revoke",
    "certmill replace --list affected-serials.txt --yes",
  ).addHelpText("after", notes);
  for (const register of others) register(command);
}

const notes = `
The certificates are ordered anew for the same names, before all other work,
as fast as the limits allow; customers who wait still get theirs. Nothing is
lost when a server is restarted. Look after it with: certmill replace show`;

async function replace(options: ReplaceOptions): Promise<void> {
  const { json = false, yes = false, dryRun = false } = options;
  const selects = selectionOf(options);
  const client = await connect(options);
  using interruption = new Interruption();
  const { reason, thenRevoke = false } = options;
  const draft = await client.call(operations.createReplacement, {
    body: {
      ...(selects === null ? {} : { select: selects }),
      ...(reason === undefined ? {} : { reason }),
      thenRevoke,
    },
  });
  const params = { id: draft.id };
  let isDraft = true;
  try {
    const isWhole = selects !== null || (await sendSerials(client, draft.id, options, interruption.signal));
    const drafted = await client.call(operations.showReplacement, { params });
    if (!json) await print(planText(drafted, Date.now()));
    if (dryRun || drafted.certificates.total === 0) {
      await client.call(operations.cancelReplacement, { params });
      if (json) await printJson(drafted);
      else remark(dryRun ? "Nothing was done." : "There is nothing to replace.");
    } else {
      if (!yes) await confirm(async () => questionOf(drafted));
      isDraft = false;
      const started = await client.call(operations.startReplacement, { params });
      await (json ? printJson(started) : print(`\n${replacementText(started, Date.now())}`));
    }
    if (!isWhole) endWith("rejected");
  } catch (error) {
    // A draft that is left over does nothing, but it would stand in the list. What may have been started goes on.
    if (isDraft) await client.call(operations.cancelReplacement, { params }).catch(() => {});
    throw error;
  }
}

const questionOf = ({ certificates, thenRevoke }: Replacement) => ({
  question: `Replace ${numberText(certificates.total)} certificates${thenRevoke ? ", and revoke each once its successor is served" : ""}?`,
  otherwise: "Nothing was replaced.",
});

/** @returns null: a list. @throws {CommandError} for both, and for neither. */
function selectionOf(options: ReplaceOptions): NonNullable<NewReplacement["select"]> | null {
  const { ca, issuer, key, profile, list, serial } = options;
  const select = {
    ...(ca === undefined ? {} : { ca }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(key === undefined ? {} : { key }),
    ...(profile === undefined ? {} : { profile }),
  };
  const isSelection = Object.keys(select).length > 0;
  if (isSelection === (list !== undefined || serial !== undefined)) {
    throw badInput(
      "Say which certificates: by --ca, --issuer, --key and --profile, of which all that are given must hold, or by --list and --serial.",
    );
  }
  return isSelection ? select : null;
}

/** @returns whether all of them are certificates that are held. */
async function sendSerials(
  client: Client,
  id: string,
  { list, serial = [] }: ReplaceOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const missed = { notHeld: 0, unknown: 0 };
  for await (const batch of serialBatches(list, serial, signal)) {
    const answer = await client.call(operations.addReplacementCertificates, {
      params: { id },
      body: { serials: [...batch] },
      signal,
    });
    for (const text of answer.unknown) remark(`No certificate here has the serial number ${text}.`);
    missed.notHeld += answer.notHeld.length;
    missed.unknown += answer.unknown.length;
  }
  if (missed.notHeld > 0)
    remark(`${numberText(missed.notHeld)} are not held any more: nothing is done for them.`);
  return missed.unknown === 0;
}
