import { type ChallengeType, type Domain, type DomainChange, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { challengeTypes } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { caNames, repeated, type WantedCas } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { wrapFor } from "./terminal/wrap.ts";

interface DomainSetOptions extends ServerOptions {
  readonly alias?: readonly string[];
  /** False: `--no-aliases`. */
  readonly aliases?: boolean;
  readonly withWww?: true;
  /** Each of these false: `--no-…`. */
  readonly ca?: WantedCas | false;
  readonly profile?: string | false;
  readonly challenge?: ChallengeType | false;
}

export function registerDomainSet(domain: Command): void {
  const command = domain
    .command("set")
    .description(
      "change a domain's aliases, CAs, profile or challenge; one that was given up is taken up again at once",
    )
    .argument("<name>", "the DNS name")
    .addOption(
      new Option("--alias <name>", "a further name of the certificate, of all it is to have (repeatable)")
        .argParser(repeated)
        .conflicts("aliases"),
    )
    .option("--no-aliases", "it has no further name any more")
    .option("--with-www", "cover www.NAME too, beside the aliases that are given or there are")
    .option("--ca <names>", "the only CA to issue from, or several in order of preference: a,b", caNames)
    .option("--no-ca", "any CA of the pool may issue")
    .option("--profile <name>", "the certificate profile, where a CA offers it")
    .option("--no-profile", "the CA's usual profile")
    .addOption(new Option("--challenge <type>", "how its names are proven").choices(challengeTypes))
    .option("--no-challenge", "its names are proven as is best")
    .action(setDomain);
  withExamples(
    withServerOptions(command),
    "certmill domain set shop.example.com --alias m.shop.example.com",
    "certmill domain set shop.example.com --no-aliases --challenge dns-01",
    "certmill domain set shop.example.com --ca google,letsencrypt",
  );
}

async function setDomain(name: string, options: DomainSetOptions): Promise<void> {
  const body = changeOf(options);
  if (Object.keys(body).length === 0) throw badInput("Nothing is to be changed: name at least one option.");
  const client = await connect(options);
  const changed = await client.call(operations.changeDomain, { params: { name }, body });
  if (options.json === true) return printJson(changed);
  await tell(changed);
}

function changeOf({ alias, aliases, withWww, ca, profile, challenge }: DomainSetOptions): DomainChange {
  return {
    ...(alias === undefined ? {} : { aliases: [...alias] }),
    ...(aliases === false ? { aliases: [] } : {}),
    ...(withWww === true ? { withWww } : {}),
    ...(ca === undefined ? {} : { ca: ca === false ? null : ca }),
    ...(profile === undefined ? {} : { profile: profile === false ? null : profile }),
    ...(challenge === undefined ? {} : { challenge: challenge === false ? null : challenge }),
  };
}

async function tell({ name, names, leftOut, ca, state, reason }: Domain): Promise<void> {
  await print(`Names: ${[...names, ...leftOut].join(", ")}; CA: ${ca}`);
  await print(wrapFor(process.stdout, `${name} is ${state}. ${printable(reason)}`));
}
