import { type Client, operations } from "@certmill/api";
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

interface RevokeOptions extends ServerOptions {
  readonly serial?: readonly string[];
  readonly list?: string;
  readonly replacement?: string;
  readonly reason?: RevocationReason;
  readonly now?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `certmill revoke`, to which the commands that look after it are added. */
export function registerRevoke(program: Command, ...others: readonly ((revoke: Command) => void)[]): void {
  const command = program
    .command("revoke")
    .enablePositionalOptions()
    .description("have certificates revoked that have a successor, once that is served")
    .option("--serial <hex>", "the one with this serial number (repeatable)", repeated)
    .option("--list <file>", "those with the serial numbers in a file, one a line: - reads standard input")
    .option("--replacement <id>", "those that a mass replacement has replaced")
    .addOption(new Option("--reason <reason>", "why (default: superseded)").choices(revocationReasons))
    .option("--now", "also what is served, and at once; it is replaced after that")
    .option("--dry-run", "tell what would be revoked, and do nothing")
    .option("--yes", "do not ask");
  command.action((_: unknown, own: Command) => revoke(own.opts()));
  withExamples(
    withServerOptions(command),
    "certmill revoke --serial 03a1f2 --reason keyCompromise",
    "certmill revoke --list leaked-serials.txt --now --yes",
    "certmill revoke --replacement 3 --reason superseded",
  ).addHelpText("after", notes);
  for (const register of others) register(command);
}

const notes = `
The CA is told at its pace, ten a second at Let's Encrypt; the server does it by
itself, also after a restart. See how far it is with: certmill revoke show`;

interface Tally {
  accepted: number;
  alreadyRevoked: number;
  inUse: number;
  unknown: number;
}

async function revoke(options: RevokeOptions): Promise<void> {
  const { json = false, yes = false, dryRun = false, now = false, reason = "superseded" } = options;
  const client = await connect(options);
  using interruption = new Interruption();
  const batches = await batchesOf(options, interruption.signal);
  const planned = await send(client, batches, { dryRun: true, now, reason });
  for (const text of planned.refused.unknown) remark(`No certificate here has the serial number ${text}.`);
  if (planned.refused.inUse.length > 0)
    remark(
      `${numberText(planned.tally.inUse)} are served and have no successor: replace them first (certmill replace --serial … --then-revoke), or say --now.`,
    );
  if (planned.tally.unknown > 0 || planned.tally.inUse > 0) endWith("rejected");
  const count = numberText(planned.tally.accepted);
  if (dryRun || planned.tally.accepted === 0) {
    await (json ? printJson(planned.tally) : print(`${count} certificates would be revoked.`));
    return;
  }
  if (!yes)
    await confirm(async () => ({
      question: `Revoke ${count} certificates (${reason})? That cannot be undone.`,
      otherwise: "Nothing was revoked.",
    }));
  const { tally } = await send(client, batches, { dryRun: false, now, reason });
  await (json
    ? printJson(tally)
    : print(
        `${numberText(tally.accepted)} certificates are to be revoked (${reason}); ${numberText(tally.alreadyRevoked)} were already. See: certmill revoke show`,
      ));
}

type Batch = { readonly serials: string[] } | { readonly replacement: string };

/** All of it, as it is sent twice: to be counted, and to be done. */
async function batchesOf(
  { serial = [], list, replacement }: RevokeOptions,
  signal: AbortSignal,
): Promise<readonly Batch[]> {
  const isList = list !== undefined || serial.length > 0;
  if (isList === (replacement !== undefined))
    throw badInput("Say which certificates: by --serial and --list, or by --replacement.");
  if (replacement !== undefined) return [{ replacement }];
  const batches: Batch[] = [];
  for await (const batch of serialBatches(list, serial, signal)) batches.push({ serials: [...batch] });
  return batches;
}

async function send(
  client: Client,
  batches: readonly Batch[],
  how: { readonly dryRun: boolean; readonly now: boolean; readonly reason: RevocationReason },
) {
  const tally: Tally = { accepted: 0, alreadyRevoked: 0, inUse: 0, unknown: 0 };
  const refused = { inUse: [] as string[], unknown: [] as string[] };
  for (const batch of batches) {
    const told = await client.call(operations.requestRevocations, { body: { ...batch, ...how } });
    tally.accepted += told.accepted;
    tally.alreadyRevoked += told.alreadyRevoked;
    tally.inUse += told.inUse.length;
    tally.unknown += told.unknown.length;
    refused.inUse.push(...told.inUse);
    refused.unknown.push(...told.unknown);
  }
  return { tally, refused };
}
