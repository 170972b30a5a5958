import { type DomainState, type DomainSummary, domainStates } from "@certmill/api";
import { type Command, Option } from "commander";
import { CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { followDomain, type News } from "./follow-domain.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { stateEmphasis, styled } from "./terminal/style.ts";
import { durationText } from "./terminal/time-text.ts";
import { timelineLine } from "./terminal/timeline-line.ts";
import { wrapFor } from "./terminal/wrap.ts";

interface WatchOptions extends ServerOptions {
  readonly until?: DomainState;
  readonly timeout?: number;
}

export function registerWatch(program: Command): void {
  const command = program
    .command("watch")
    .description("show a domain's timeline as it grows, and where it stands, until Ctrl-C")
    .argument("<name>", "the DNS name")
    .addOption(new Option("--until <state>", "end when it is in this state").choices(domainStates))
    .option("--timeout <seconds>", "end after so long (default: never)", wholeNumber(1))
    .action(watch);
  withExamples(
    withServerOptions(command),
    "certmill watch shop.example.com",
    "certmill watch shop.example.com --until active --timeout 600",
  );
}

async function watch(name: string, options: WatchOptions): Promise<void> {
  const { until, timeout = Number.POSITIVE_INFINITY, json = false } = options;
  const client = await connect(options);
  using interruption = new Interruption();
  const told = json ? tellJson : new Standing();
  try {
    const news = followDomain({ client, name, seconds: timeout, after: null, signal: interruption.signal });
    for await (const each of news) {
      await told.tell(each);
      if (each.domain.state === until || each.domain.state === "removed") return endOf(each.domain, until);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return endWith("interrupted");
  }
  if (until === undefined) return;
  throw new CommandError("timed-out", `${name} is not ${until} after ${durationText(timeout * 1_000)}.`, {
    ending: "timed-out",
    hint: `See why: certmill domain show ${name}`,
  });
}

/** What is removed goes nowhere any more. */
function endOf({ state }: DomainSummary, until: DomainState | undefined): void {
  if (until !== undefined && state !== until) endWith("failed");
}

const tellJson = {
  async tell({ domain, events }: News): Promise<void> {
    for (const event of events) await printJson({ event });
    if (events.length > 0) await printJson({ domain });
  },
};

/** Tells where the domain stands whenever that is another place than before. */
class Standing {
  #last: string | null = null;

  async tell({ domain, events }: News): Promise<void> {
    for (const event of events) await print(timelineLine(event));
    const { state, reason } = domain;
    const standing = `${state} ${reason}`;
    if (standing === this.#last) return;
    this.#last = standing;
    const head = `${printable(domain.name)} is ${state}: `;
    remark(
      `${styled(stateEmphasis(state), head, process.stderr)}${wrapFor(process.stderr, printable(reason), 2)}`,
    );
  }
}
