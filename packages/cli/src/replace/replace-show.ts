import { setTimeout as pause } from "node:timers/promises";
import { type Client, operations, type Replacement } from "@certmill/api";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { endWith } from "../exit-code.ts";
import { Interrupted, Interruption } from "../interruption.ts";
import { wholeNumber } from "../option-values.ts";
import { persist } from "../persist.ts";
import { print, printJson } from "../terminal/print.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import { progressText, replacementText } from "../terminal/replacement-text.ts";

interface ReplaceShowOptions extends ServerOptions {
  readonly watch?: boolean;
  readonly every: number;
}

export function registerReplaceShow(replace: Command): void {
  const command = replace
    .command("show")
    .description("show a mass replacement: how far it is, and when it will be done")
    .argument("[id]", "its id (default: the newest)")
    .option("--watch", "show its progress until it ends or is paused")
    .option("--every <seconds>", "how often --watch looks", wholeNumber(1), 5)
    .action(showReplacement);
  withExamples(withServerOptions(command), "certmill replace show", "certmill replace show 3 --watch");
}

async function showReplacement(id: string | undefined, options: ReplaceShowOptions): Promise<void> {
  const client = await connect(options);
  const chosen = id ?? (await newest(client));
  const replacement = await (options.watch === true
    ? watch(client, chosen, options)
    : client.call(operations.showReplacement, { params: { id: chosen } }));
  if (replacement === null) return;
  await (options.json === true ? printJson(replacement) : print(replacementText(replacement, Date.now())));
}

/** @throws {CommandError} where there is none. */
export async function newest(client: Client): Promise<string> {
  const { items } = await client.call(operations.listReplacements, { query: { limit: 1 } });
  const [first] = items;
  if (first !== undefined) return first.id;
  throw new CommandError("not-found", "There is no replacement yet.", {
    ending: "not-found",
    hint: "Begin one: certmill replace --help tells how.",
  });
}

/** Seconds for which a server that is lost is waited for. */
const patience = 120;

/** @returns it once it has nothing more to show; null when the person has seen enough. */
async function watch(
  client: Client,
  id: string,
  { every, json }: ReplaceShowOptions,
): Promise<Replacement | null> {
  using interruption = new Interruption();
  using progress = new ProgressLine();
  const { signal } = interruption;
  try {
    for (;;) {
      const replacement = await persist(
        () => client.call(operations.showReplacement, { params: { id }, signal }),
        { signal, giveUpAfter: patience * 1_000, onRetry: ({ message }) => progress.note(message) },
      );
      if (replacement.state !== "running") {
        endWith(replacement.state === "done" && replacement.certificates.failing === 0 ? "ok" : "failed");
        return replacement;
      }
      if (json === true) await printJson(replacement);
      else progress.update((width) => progressText(replacement, { width, now: Date.now() }));
      await pause(every * 1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } catch (error) {
    if (!(error instanceof Interrupted) && !signal.aborted) throw error;
    endWith("interrupted");
    return null;
  }
}
