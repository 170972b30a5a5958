import type { ChallengeType, KeyType, NewDomain, UsualKeyType } from "@certmill/api";
import { type Command, Option } from "commander";
import { caNames, type WantedCas } from "./option-values.ts";

/** How a domain's certificate is to be had: what `domain add` and `domain import` share. */
export interface CoverageOptions {
  readonly ca?: WantedCas;
  readonly edgeGroup?: string;
  readonly keyType?: KeyType;
  readonly profile?: string;
  readonly challenge?: ChallengeType;
}

export const challengeTypes: readonly ChallengeType[] = ["http-01", "dns-01", "tls-alpn-01"];
export const keyTypes: readonly KeyType[] = ["p256", "rsa2048", "p256+rsa2048"];
/** Of domains that do not say. */
export const usualKeyTypes: readonly UsualKeyType[] = ["p256", "p256+rsa2048"];

export function withCoverageOptions(command: Command): Command {
  return command
    .option(
      "--ca <names>",
      "the only CA to issue from, or several in order of preference: a,b (default: any of the pool)",
      caNames,
    )
    .option("--edge-group <name>", "the edges that serve it (default: default)")
    .addOption(
      new Option(
        "--key-type <type>",
        "the certificate's key; p256+rsa2048: a certificate for each (default: as the tenant or the edge group has it, else p256)",
      ).choices(keyTypes),
    )
    .option("--profile <name>", "the certificate profile, where a CA offers it (default: the CA's)")
    .addOption(
      new Option(
        "--challenge <type>",
        "how its names are proven (default: dns-01 for wildcards and in your DNS zones, else as the edge group has it, else http-01)",
      ).choices(challengeTypes),
    );
}

/** The same as the API takes it: what is absent is left to the server. */
export function coverageOf({
  ca,
  edgeGroup,
  keyType,
  profile,
  challenge,
}: CoverageOptions): Pick<NewDomain, keyof CoverageOptions> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(edgeGroup === undefined ? {} : { edgeGroup }),
    ...(keyType === undefined ? {} : { keyType }),
    ...(profile === undefined ? {} : { profile }),
    ...(challenge === undefined ? {} : { challenge }),
  };
}
