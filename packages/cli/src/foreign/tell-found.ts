import { endWith } from "../exit-code.ts";
import { Interrupted } from "../interruption.ts";
import { fieldsText } from "../terminal/fields.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson, remark } from "../terminal/print.ts";
import { printable } from "../terminal/printable.ts";
import { durationText } from "../terminal/time-text.ts";
import { wrapFor } from "../terminal/wrap.ts";
import type { AdoptedAccount } from "./adopt-accounts.ts";
import type { FoundEnd } from "./send-found.ts";
import type { Rejected, Tally } from "./tally.ts";

interface Telling {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly withAccounts: boolean;
}

/** Says what an import did and sets the exit code. @throws what stopped it, after saying how far it came. */
export async function tellFound(end: FoundEnd, telling: Telling): Promise<void> {
  const { tally, accounts, adopted, stoppedBy } = end;
  const { json, dryRun } = telling;
  if (json) {
    const { certificates, counts, pairs, replaceable, renewals, rejected, seconds } = tally;
    const complete = stoppedBy === null;
    const told = { complete, dryRun, certificates, ...counts, pairs, replaceable, renewals, seconds };
    await printJson({ ...told, accounts: { found: accounts, taken: adopted }, rejects: rejected });
  } else {
    for (const each of [...tally.rejected, ...adopted.flatMap(refusalOf)]) tellRejected(each);
    if (dryRun) await print("Dry run: nothing was changed.");
    await print(summaryText(end, telling));
  }
  if (stoppedBy === null) {
    const failed = tally.counts.rejected > 0 || adopted.some(({ outcome }) => outcome === "rejected");
    return endWith(failed ? "rejected" : "ok");
  }
  remark("Stopped. Start the same command again for the rest; what is done stays as it is.");
  if (!(stoppedBy.error instanceof Interrupted)) throw stoppedBy.error;
  endWith("interrupted");
}

function tellRejected({ path, domain, reason }: Pick<Rejected, "path" | "domain" | "reason">): void {
  const whose = domain === null ? "" : ` (${domain})`;
  remark(wrapFor(process.stderr, printable(`${path}${whose}: ${reason}`), 2));
}

const refusalOf = ({ path, reason }: AdoptedAccount): Pick<Rejected, "path" | "domain" | "reason">[] =>
  reason === null ? [] : [{ path, domain: null, reason }];

function summaryText({ tally, accounts, adopted }: FoundEnd, { withAccounts }: Telling): string {
  const { certificates, counts, pairs, seconds, renewals, replaceable } = tally;
  const rate = seconds === 0 ? 0 : Math.round(certificates / seconds);
  const some = (count: number, more: string): string => (count === 0 ? "0" : `${numberText(count)}${more}`);
  return fieldsText([
    [
      "Found",
      `${counted(certificates, "certificate")} in ${durationText(seconds * 1_000)}, ${numberText(rate)} a second`,
    ],
    ["Imported", some(counts.imported, ", served from now on")],
    ["Pairs", pairs === 0 ? null : `${numberText(pairs)}, of an RSA certificate beside a P-256 one`],
    ["Known", some(counts.known, ", here already")],
    ["Outdated", some(counts.outdated, ", a newer one is served")],
    ["Rejected", some(counts.rejected, ", told above")],
    ["Renewals", renewals === null ? null : renewalsText(renewals)],
    ["Exempt", counts.imported === 0 ? null : exemptText(tally, replaceable)],
    ["Accounts", accountsText(accounts, adopted, withAccounts)],
  ]);
}

const counted = (count: number, what: string): string =>
  `${numberText(count)} ${what}${count === 1 ? "" : "s"}`;

const renewalsText = ({ first, last, busiest }: NonNullable<Tally["renewals"]>): string =>
  first === last
    ? `on ${first}`
    : `from ${first} to ${last}, ${numberText(busiest)} on the busiest day, until their CAs say more`;

/** A renewal that can name what it replaces, to the account of that, is exempt at CAs with renewal information. */
function exemptText({ counts: { imported } }: Tally, replaceable: number): string {
  const share = `${numberText(replaceable)} of ${numberText(imported)} renewals`;
  return replaceable === imported
    ? `${share}, where the CA exempts successors`
    : `${share}: the accounts of the others are not here`;
}

function accountsText(
  found: number,
  adopted: readonly AdoptedAccount[],
  withAccounts: boolean,
): string | null {
  if (found === 0) return null;
  if (!withAccounts)
    return `${numberText(found)} found, none taken: --account takes those of the certificates`;
  const taken = adopted.flatMap(({ ca, outcome }) => (ca === null ? [] : [`${ca} (${outcome})`]));
  return `${numberText(found)} found, ${taken.length === 0 ? "none taken" : `taken: ${taken.join(", ")}`}`;
}
