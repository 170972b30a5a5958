import { type Ca, operations, pages } from "@certmill/api";
import { Argument, type Command } from "commander";
import { badInput, CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import type { Exception, SnippetPart, StatelessRule } from "./responder-snippet/rule.ts";
import { exceptions, responders, type Thumbprints, thumbprints } from "./responder-snippet/rule-options.ts";
import { snippetText } from "./responder-snippet/snippet-text.ts";
import { type ProxyKind, snippets } from "./responder-snippet/snippets.ts";
import { print, printJson } from "./terminal/print.ts";

interface ResponderSnippetOptions extends ServerOptions {
  readonly responder?: readonly [string, ...string[]];
  readonly except?: readonly Exception[];
  readonly stateless?: boolean;
  readonly thumbprint?: Thumbprints;
}

const defaultResponder = "127.0.0.1:8402";

export function registerResponderSnippet(responder: Command): void {
  const command = responder
    .command("snippet")
    .description("print the one static rule that leads every challenge to the responder")
    .addArgument(new Argument("<proxy>", "the reverse proxy").choices(Object.keys(snippets)))
    .option(
      "--responder <address>",
      `a responder, HOST:PORT or http://HOST:PORT (repeatable: the first answers, the others when it does not; default: ${defaultResponder})`,
      responders,
    )
    .option(
      "--except <name=address>",
      "a name whose challenges another proxy answers, at HOST:PORT or http://HOST:PORT (repeatable)",
      exceptions,
    )
    .option("--stateless", "let the proxy answer by itself, from the account key's thumbprint")
    .option(
      "--thumbprint <[name=]thumbprint>",
      "with --stateless: the account's thumbprint, or that of one name (repeatable; default: the server's default CA's)",
      thumbprints,
    )
    .action(printSnippet);
  withExamples(
    withServerOptions(command),
    "certmill responder snippet nginx",
    "certmill responder snippet haproxy --responder 10.0.0.1:8402 --responder 10.0.0.2:8402",
    "certmill responder snippet haproxy --stateless",
  );
}

async function printSnippet(proxy: ProxyKind, options: ResponderSnippetOptions): Promise<void> {
  const { parts, remarks } =
    options.stateless === true
      ? await statelessParts(proxy, options)
      : { parts: centralParts(proxy, options), remarks: [] };
  const snippet = snippetText(snippets[proxy], parts, remarks);
  const form = options.stateless === true ? "stateless" : "central";
  await (options.json === true ? printJson({ proxy, form, snippet, parts, remarks }) : print(snippet));
}

function centralParts(proxy: ProxyKind, options: ResponderSnippetOptions): readonly SnippetPart[] {
  if (options.thumbprint !== undefined)
    throw badInput("A thumbprint is for the proxy that answers by itself.", "Add --stateless.");
  return snippets[proxy].central({
    responders: options.responder ?? [defaultResponder],
    exceptions: options.except ?? [],
  });
}

async function statelessParts(proxy: ProxyKind, options: ResponderSnippetOptions) {
  const { stateless } = snippets[proxy];
  if (typeof stateless === "string") throw badInput(stateless);
  if (options.responder !== undefined || options.except !== undefined)
    throw badInput(
      "A proxy that answers by itself leads nowhere.",
      "Leave out --responder and --except, or --stateless.",
    );
  const { rule, remarks } = await statelessRule(options);
  return { parts: stateless(rule), remarks };
}

async function statelessRule(
  options: ResponderSnippetOptions,
): Promise<{ readonly rule: StatelessRule; readonly remarks: readonly string[] }> {
  const { usual = null, byHost = [] } = options.thumbprint ?? {};
  if (usual !== null) return { rule: { thumbprint: usual, byHost }, remarks: [] };
  const client = await connect(options);
  const cas: Ca[] = [];
  for await (const page of pages(client, operations.listCas, { query: {} })) cas.push(...page.items);
  const ca = cas.find((each) => each.default);
  if (ca === undefined || ca.accountThumbprint === null)
    throw new CommandError("no-account", "The server has no account at a CA yet.", {
      ending: "failed",
      hint: "Add one by certmill ca add, or name a --thumbprint.",
    });
  const others = cas.filter((each) => each !== ca && each.accountThumbprint !== null);
  const remarks =
    others.length === 0
      ? []
      : [
          `It answers for the account at ${ca.name}. Names that are ordered from ${others.map(({ name }) => name).join(" or ")} fail there unless each is given by --thumbprint NAME=THUMBPRINT; the central form answers all.`,
        ];
  return { rule: { thumbprint: ca.accountThumbprint, byHost }, remarks };
}
