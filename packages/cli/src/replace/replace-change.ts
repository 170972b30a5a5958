import { type Client, operations, type Replacement } from "@certmill/api";
import type { Command } from "commander";
import { confirm } from "../confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson } from "../terminal/print.ts";
import { wrapFor } from "../terminal/wrap.ts";
import { newest } from "./replace-show.ts";

export function registerReplacePause(replace: Command): void {
  const command = replace
    .command("pause")
    .description("let no further certificate become due; what stands in line is ordered")
    .argument("[id]", "its id (default: the newest)")
    .action(async (id: string | undefined, options: ServerOptions) => {
      const client = await connect(options);
      const params = { id: id ?? (await newest(client)) };
      await tell(await client.call(operations.pauseReplacement, { params }), options);
    });
  withExamples(withServerOptions(command), "certmill replace pause");
}

export function registerReplaceResume(replace: Command): void {
  const command = replace
    .command("resume")
    .description("let a paused replacement go on")
    .argument("[id]", "its id (default: the newest)")
    .action(async (id: string | undefined, options: ServerOptions) => {
      const client = await connect(options);
      const params = { id: id ?? (await newest(client)) };
      await tell(await client.call(operations.resumeReplacement, { params }), options);
    });
  withExamples(withServerOptions(command), "certmill replace resume");
}

export function registerReplaceCancel(replace: Command): void {
  const command = replace
    .command("cancel")
    .description("end a replacement: what is replaced stays so, the rest is renewed in its time")
    .argument("[id]", "its id (default: the newest)")
    .option("--yes", "do not ask")
    .action(cancelReplacement);
  withExamples(withServerOptions(command), "certmill replace cancel 3 --yes");
}

async function cancelReplacement(
  id: string | undefined,
  options: ServerOptions & { readonly yes?: boolean },
): Promise<void> {
  const client = await connect(options);
  const chosen = id ?? (await newest(client));
  if (options.yes !== true) await confirm(() => cancelQuestion(client, chosen));
  await tell(await client.call(operations.cancelReplacement, { params: { id: chosen } }), options);
}

async function cancelQuestion(client: Client, id: string) {
  const { certificates } = await client.call(operations.showReplacement, { params: { id } });
  const { total, replaced, dropped } = certificates;
  return {
    question: `Cancel replacement ${id}? ${numberText(replaced)} are replaced, ${numberText(total - replaced - dropped)} are left as they are.`,
    otherwise: "Nothing was cancelled.",
  };
}

async function tell(replacement: Replacement, { json }: ServerOptions): Promise<void> {
  if (json === true) return printJson(replacement);
  const { id, state, sentence } = replacement;
  await print(wrapFor(process.stdout, `Replacement ${id} is ${state}. ${sentence}`));
}
