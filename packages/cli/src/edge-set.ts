import {
  type ChallengeType,
  type EdgeGroup,
  type KeyPolicy,
  operations,
  type UsualKeyType,
} from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { challengeTypes, usualKeyTypes } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import {
  keptDays,
  keptText,
  keyPolicy,
  keyPolicyText,
  usualKeysText,
  warnOfKeyPolicy,
} from "./key-policy.ts";
import { print, printJson } from "./terminal/print.ts";

interface EdgeSetOptions extends ServerOptions {
  readonly keys?: KeyPolicy;
  readonly keysKept?: number | null;
  readonly keyType?: UsualKeyType;
  readonly challenge?: ChallengeType | "default";
  readonly servedWhen?: EdgeGroup["servedWhen"];
}

const servedWhen: readonly EdgeGroup["servedWhen"][] = ["any", "quorum", "all"];

export function registerEdgeSet(edge: Command): void {
  const command = edge
    .command("set")
    .description(
      "say which keys the certificates of an edge group have, how long keys are kept, how names are proven, and how many of its edges must serve a certificate",
    )
    .argument("<group>", "the edge group; one that is new is made")
    .option("--keys <policy>", "new (for each), keep:N (for N renewals) or shared (one)", keyPolicy)
    .option("--keys-kept <days>", "how long a key that nothing uses is kept, or default", keptDays("default"))
    .addOption(
      new Option(
        "--key-type <type>",
        "which keys domains have that do not say: p256, or a certificate for each of the two",
      ).choices(usualKeyTypes),
    )
    .addOption(
      new Option("--challenge <type>", "how names are proven whose domain does not say, or default").choices([
        ...challengeTypes,
        "default",
      ]),
    )
    .addOption(
      new Option(
        "--served-when <rule>",
        "which of the edges that are alive must serve a certificate",
      ).choices(servedWhen),
    )
    .action(setEdgeGroup);
  withExamples(
    withServerOptions(command),
    "certmill edge set default --keys new",
    "certmill edge set paris --keys shared",
    "certmill edge set paris --keys-kept 7",
    "certmill edge set paris --key-type p256+rsa2048",
    "certmill edge set paris --challenge tls-alpn-01",
    "certmill edge set paris --served-when quorum",
  );
}

async function setEdgeGroup(name: string, options: EdgeSetOptions): Promise<void> {
  const { keys, keysKept, keyType, challenge, servedWhen: rule } = options;
  if ([keys, keysKept, keyType, challenge, rule].every((option) => option === undefined)) {
    throw badInput("Say what to set: --keys, --keys-kept, --key-type, --challenge or --served-when.");
  }
  const client = await connect(options);
  const group = await client.call(operations.setEdgeGroup, {
    params: { name },
    body: {
      ...(keys === undefined ? {} : { keys }),
      ...(keysKept === undefined ? {} : { keysKeptDays: keysKept }),
      ...(keyType === undefined ? {} : { keyType }),
      ...(challenge === undefined ? {} : { challenge: challenge === "default" ? null : challenge }),
      ...(rule === undefined ? {} : { servedWhen: rule }),
    },
  });
  if (keys !== undefined) warnOfKeyPolicy(keys, `the edge group ${name}`);
  if (options.json === true) return printJson(group);
  if (keys !== undefined) await print(`Edge group ${name}: ${keyPolicyText(group.keys)}.`);
  if (keysKept !== undefined)
    await print(`Edge group ${name}: ${keptText(group.keysKeptDays, "the server's setting")}.`);
  if (keyType !== undefined) await print(`Edge group ${name}: ${usualKeysText(group.keyType)}.`);
  if (challenge !== undefined)
    await print(`Edge group ${name}: names are proven by ${group.challenge ?? "what is best for each"}.`);
  if (rule !== undefined) await print(`Edge group ${name}: a certificate is served when ${ruleText(rule)}.`);
}

const ruleText = (rule: EdgeGroup["servedWhen"]): string =>
  ({
    any: "one of its edges serves it",
    quorum: "more than half of its edges that are alive serve it",
    all: "all of its edges that are alive serve it",
  })[rule];
