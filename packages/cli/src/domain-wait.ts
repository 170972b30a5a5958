import { type Client, type DomainSummary, operations, type TimelineEntry } from "@certmill/api";
import { CommandError } from "./command-error.ts";
import { endWith } from "./exit-code.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { persist } from "./persist.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { dayText, instantFromNow } from "./terminal/time-text.ts";
import { timelineLine } from "./terminal/timeline-line.ts";

interface Wait {
  readonly client: Client;
  readonly name: string;
  readonly seconds: number;
  readonly json: boolean;
}

/** As long as the server holds a poll at most. */
const longestPoll = 20;

/**
 * Shows a domain's timeline as it grows, until its certificate is stored or an attempt failed, and sets the
 * exit code accordingly.
 *
 * @throws {CommandError} when `seconds` are over first.
 */
export async function waitForCertificate(wait: Wait): Promise<void> {
  using interruption = new Interruption();
  const deadline = Date.now() + wait.seconds * 1_000;
  try {
    for await (const { domain, events } of follow(wait, deadline, interruption.signal)) {
      for (const event of events) await (wait.json ? printJson({ event }) : print(timelineLine(event)));
      if (isSettled(domain)) return await tellEnd(wait, domain);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    remark(`Stopped watching; the server goes on. Look again: certmill domain show ${wait.name}`);
    return endWith("interrupted");
  }
  throw new CommandError(
    "timed-out",
    `${wait.name} has no certificate after ${wait.seconds} s; the server goes on.`,
    {
      ending: "timed-out",
      hint: `Look again: certmill domain show ${wait.name}`,
    },
  );
}

interface News {
  readonly domain: DomainSummary;
  readonly events: readonly TimelineEntry[];
}

async function* follow(wait: Wait, deadline: number, signal: AbortSignal): AsyncGenerator<News> {
  let after: string | undefined;
  for (;;) {
    const left = deadline - Date.now();
    if (left <= 0) return;
    const poll = after === undefined ? 0 : Math.min(longestPoll, Math.ceil(left / 1_000));
    const query = { after, wait: poll };
    const news = await persist(
      () => wait.client.call(operations.followDomain, { params: { name: wait.name }, query, signal }),
      {
        signal,
        giveUpAfter: left,
        onRetry: (error) => remark(`${error.message} Trying again.`),
      },
    );
    after = news.cursor;
    yield news;
  }
}

/** An attempt that failed has left its failure, whether or not there will be another one. */
const isSettled = ({ state, failureCode }: DomainSummary): boolean =>
  state === "active" || state === "removed" || state === "failed" || failureCode !== null;

async function tellEnd({ json }: Wait, domain: DomainSummary): Promise<void> {
  const isActive = domain.state === "active";
  if (!isActive) endWith("failed");
  if (json) return printJson({ domain });
  if (isActive) {
    const until = domain.certificate === null ? "" : `, valid until ${dayText(domain.certificate.notAfter)}`;
    return print(styled("green", `${domain.name} has its certificate${until}.`));
  }
  // What failed stands in the timeline right above; a removal leaves only its state.
  const why = domain.failureCode === null ? `: ${printable(domain.reason)}` : " yet.";
  await print(styled("red", `${domain.name} has no certificate${why}`));
  await print(
    domain.nextTryAt === null
      ? "It will not be tried again by itself."
      : `Next try: ${instantFromNow(domain.nextTryAt, Date.now())}`,
  );
}
