import { type Client, type DomainSummary, operations, type TimelineEntry } from "@certmill/api";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { endWith } from "./exit-code.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { persist } from "./persist.ts";
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

/** As long as the server holds a poll at most, in seconds. */
const longestPoll = 20;

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
    for await (const { domain, events } of follow(watch, interruption.signal)) {
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

interface News {
  readonly domain: DomainSummary;
  readonly events: readonly TimelineEntry[];
}

/** What is new on the timeline, as it comes, until `seconds` are over. */
async function* follow({ client, name, seconds, after }: Watch, signal: AbortSignal): AsyncGenerator<News> {
  const deadline = Date.now() + seconds * 1_000;
  let cursor = after;
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    const wait = Math.min(longestPoll, Math.ceil(left / 1_000));
    const query = cursor === null ? {} : { after: cursor, wait };
    const news = await persist(
      () => client.call(operations.followDomain, { params: { name }, query, signal }),
      { signal, giveUpAfter: left, onRetry: (error) => remark(`${error.message} Trying again.`) },
    );
    cursor = news.cursor;
    yield news;
  }
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
