import { type Client, type DomainSummary, operations, type TimelineEntry } from "@certmill/api";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { persist } from "./persist.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { styled } from "./terminal/style.ts";
import { dayText, instantFromNow } from "./terminal/time-text.ts";
import { timelineLine } from "./terminal/timeline-line.ts";

interface DomainRetryOptions extends ServerOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

export function registerDomainRetry(domain: Command): void {
  const command = domain
    .command("retry")
    .description("order a domain's certificate now, whenever the next try is due; one it has is renewed")
    .argument("<name>", "the DNS name")
    .option("--wait", "show each step as it happens; end when the certificate is stored")
    .option("--timeout <seconds>", "how long --wait waits", wholeNumber(1), 300)
    .action(retryDomain);
  withExamples(withServerOptions(command), "certmill domain retry shop.example.com --wait");
}

async function retryDomain(name: string, options: DomainRetryOptions): Promise<void> {
  const client = await connect(options);
  const json = options.json === true;
  if (options.wait === true) return retryAndWatch({ client, name, seconds: options.timeout, json });
  const domain = await client.call(operations.retryDomain, { params: { name } });
  if (json) return printJson(domain);
  await print(
    `${domain.name}: the certificate is being ordered. Look at it: certmill domain show ${domain.name}`,
  );
}

interface Watch {
  readonly client: Client;
  readonly name: string;
  readonly seconds: number;
  readonly json: boolean;
}

/**
 * Orders, shows what happens from then on until the attempt has ended, and sets the exit code accordingly.
 *
 * @throws {CommandError} when `seconds` are over first.
 */
async function retryAndWatch({ client, name, seconds, json }: Watch): Promise<void> {
  using interruption = new Interruption();
  try {
    for await (const { domain, events } of attempt({ client, name, seconds }, interruption.signal)) {
      for (const event of events) await (json ? printJson({ event }) : print(timelineLine(event)));
      const end = events.find(({ kind }) => endings.has(kind));
      if (end === undefined) continue;
      if (end.kind !== "certificate.stored") endWith("failed");
      return json ? printJson({ domain }) : tellEnd(domain, end);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    remark(`Stopped watching; the server goes on. Look again: certmill domain show ${name}`);
    return endWith("interrupted");
  }
  throw new CommandError(
    "timed-out",
    `${name} has no new certificate after ${seconds} s; the server goes on.`,
    {
      ending: "timed-out",
      hint: `Look again: certmill domain show ${name}`,
    },
  );
}

/** The events that end an attempt. */
const endings: ReadonlySet<string> = new Set(["certificate.stored", "issuance.failed", "domain.removed"]);

/** As long as the server holds a poll at most, in seconds. */
const longestPoll = 20;

/** Orders, and gives what is new on the domain's timeline since then, until `seconds` are over. */
async function* attempt(
  { client, name, seconds }: Omit<Watch, "json">,
  signal: AbortSignal,
): AsyncGenerator<{ readonly domain: DomainSummary; readonly events: readonly TimelineEntry[] }> {
  const deadline = Date.now() + seconds * 1_000;
  const params = { name };
  // Before the order is made: a quick attempt may have ended when its answer is here.
  let { cursor: after } = await client.call(operations.followDomain, { params, signal });
  await client.call(operations.retryDomain, { params, signal });
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    const query = { after, wait: Math.min(longestPoll, Math.ceil(left / 1_000)) };
    const news = await persist(() => client.call(operations.followDomain, { params, query, signal }), {
      signal,
      giveUpAfter: left,
      onRetry: (error) => remark(`${error.message} Trying again.`),
    });
    after = news.cursor;
    yield news;
  }
}

async function tellEnd({ name, certificate, nextTryAt }: DomainSummary, end: TimelineEntry): Promise<void> {
  if (end.kind === "certificate.stored") {
    const until = certificate === null ? "" : `, valid until ${dayText(certificate.notAfter)}`;
    return print(styled("green", `${name} has a new certificate${until}.`));
  }
  // What failed stands in the timeline right above.
  await print(styled("red", `${name} has no new certificate.`));
  await print(
    nextTryAt === null
      ? "It will not be tried again by itself."
      : `Next try: ${instantFromNow(nextTryAt, Date.now())}`,
  );
}
