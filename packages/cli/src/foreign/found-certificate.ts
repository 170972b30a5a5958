import { builtInDirectories } from "@certmill/api";
import { assemble, type Parts, Unusable } from "@certmill/stores";
import type { FoundCertificate } from "./found.ts";

type Known = Pick<FoundCertificate, "name" | "directory" | "accountUrl">;

/** Puts together what a program keeps, with what its files say of it. @param now milliseconds since the epoch. @throws Unusable */
export function foundCertificate(
  { name, directory, accountUrl, ...parts }: Parts & Known,
  now: number,
): FoundCertificate {
  const { path } = parts;
  if (directory === builtInDirectories["letsencrypt-staging"])
    throw new Unusable(path, "test-ca", "Let's Encrypt issued it for tests: no browser trusts it.");
  const assembled = assemble(parts, now);
  const known = name?.toLowerCase() ?? null;
  return {
    kind: "certificate",
    path,
    ...assembled,
    name: known !== null && assembled.names.includes(known) ? known : null,
    directory,
    accountUrl,
  };
}
