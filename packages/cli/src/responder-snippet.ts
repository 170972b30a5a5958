import { Argument, type Command, InvalidArgumentError } from "commander";
import { withExamples } from "./examples.ts";
import { snippets } from "./responder-snippet/snippets.ts";
import { print, printJson } from "./terminal/print.ts";

interface ResponderSnippetOptions {
  readonly responder?: readonly string[];
  readonly json?: boolean;
}

const defaultResponder = "127.0.0.1:8402";

export function registerResponderSnippet(responder: Command): void {
  const command = responder
    .command("snippet")
    .description("print the one static rule that leads every challenge to the responder")
    .addArgument(new Argument("<proxy>", "the reverse proxy").choices(Object.keys(snippets)))
    .option("--responder <host:port>", `a responder (repeatable; default: ${defaultResponder})`, addresses)
    .option("--json", "print JSON")
    .action(printSnippet);
  withExamples(
    command,
    "certmill responder snippet nginx",
    "certmill responder snippet haproxy --responder 10.0.0.1:8402 --responder 10.0.0.2:8402",
  );
}

async function printSnippet(proxy: keyof typeof snippets, options: ResponderSnippetOptions): Promise<void> {
  const text = snippets[proxy](options.responder ?? [defaultResponder]);
  await (options.json === true ? printJson({ proxy, snippet: text }) : print(text));
}

/** Gathers addresses. Nothing else may get into a proxy's configuration. */
function addresses(text: string, previous: readonly string[] | undefined): readonly string[] {
  const [, port = "0"] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text) ?? [];
  if (Number(port) < 1 || Number(port) > 65_535) throw new InvalidArgumentError("It must be HOST:PORT.");
  return [...(previous ?? []), text];
}
