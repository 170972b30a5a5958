import type { Client, DomainSummary, TimelineEntry } from "@certmill/api";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { endWith } from "./exit-code.ts";
import { followDomain } from "./follow-domain.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { dayText, instantFromNow } from "./terminal/time-text.ts";
import { timelineLine } from "./terminal/timeline-line.ts";

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

/** `--wait`, of the commands that have a certificate ordered. */
export function withWaitOptions(command: Command): Command {
  return command
    .option("--wait", "show each step as it happens; end when the certificate is stored")
    .option("--timeout <seconds>", "how long --wait waits", wholeNumber(1), 300);
}

interface Watch {
  readonly client: Client;
  readonly name: string;
  readonly seconds: number;
  readonly json: boolean;
  /** Where the attempt begins on the domain's timeline; null: with the timeline itself. */
  readonly after: string | null;
}

/** The events that end an attempt. */
const endings: ReadonlySet<string> = new Set(["certificate.stored", "issuance.failed", "domain.removed"]);

/**
 * Shows a domain's timeline as it grows until the attempt has ended, and sets the exit code accordingly.
 *
 * @throws {CommandError} when `seconds` are over first.
 */
export async function watchAttempt(watch: Watch): Promise<void> {
  const { name, seconds, json } = watch;
  const hint = `Look again: certmill domain show ${name}`;
  using interruption = new Interruption();
  try {
    for await (const { domain, events } of followDomain({ ...watch, signal: interruption.signal })) {
      for (const event of events) await (json ? printJson({ event }) : print(timelineLine(event)));
      const end = events.find(({ kind }) => endings.has(kind));
      if (end === undefined) continue;
      if (end.kind !== "certificate.stored") endWith("failed");
      return await (json ? printJson({ domain }) : tellEnd(domain, end));
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    remark(`Stopped watching; the server goes on. ${hint}`);
    return endWith("interrupted");
  }
  const message = `${name} has got no certificate after ${seconds} s; the server goes on.`;
  throw new CommandError("timed-out", message, { ending: "timed-out", hint });
}

async function tellEnd({ name, certificate, nextTryAt }: DomainSummary, end: TimelineEntry): Promise<void> {
  const shown = printable(name);
  if (end.kind === "certificate.stored") {
    const until = certificate === null ? "" : `, valid until ${dayText(certificate.notAfter)}`;
    return print(styled("green", `${shown} has its certificate${until}.`));
  }
  // What failed stands in the timeline right above.
  await print(styled("red", `${shown} got no certificate.`));
  await print(
    nextTryAt === null
      ? "It will not be tried again by itself."
      : `Next try: ${instantFromNow(nextTryAt, Date.now())}`,
  );
}
