import type { KeyType, NewDomain } from "@certmill/api";
import { type Command, Option } from "commander";

/** How a domain's certificate is to be had: what `domain add` and `domain import` share. */
export interface CoverageOptions {
  readonly ca?: string;
  readonly edgeGroup?: string;
  readonly keyType?: KeyType;
  readonly profile?: string;
}

export const keyTypes: readonly KeyType[] = ["p256", "rsa2048"];

export function withCoverageOptions(command: Command): Command {
  return command
    .option("--ca <name>", "the CA to issue from (default: the default CA)")
    .option("--edge-group <name>", "the edges that serve it (default: default)")
    .addOption(new Option("--key-type <type>", "the certificate's key (default: p256)").choices(keyTypes))
    .option("--profile <name>", "the certificate profile, where a CA offers it (default: the CA's)");
}

/** The same as the API takes it: what is absent is left to the server. */
export function coverageOf({
  ca,
  edgeGroup,
  keyType,
  profile,
}: CoverageOptions): Pick<NewDomain, keyof CoverageOptions> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(edgeGroup === undefined ? {} : { edgeGroup }),
    ...(keyType === undefined ? {} : { keyType }),
    ...(profile === undefined ? {} : { profile }),
  };
}
