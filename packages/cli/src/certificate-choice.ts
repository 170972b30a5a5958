import { type Client, operations } from "@certmill/api";
import type { Command } from "commander";
import { badInput, CommandError } from "./command-error.ts";

/** A certificate named by its id, or as the one a domain has now. */
export interface CertificateChoice {
  readonly domain?: string;
}

export function withCertificateChoice(command: Command): Command {
  return command
    .argument("[id]", "the certificate's id")
    .option("--domain <name>", "instead of an id: the certificate this domain has now");
}

/** @throws {CommandError} when both or neither are given, or the domain has no certificate yet. */
export async function chosenCertificate(
  client: Client,
  id: string | undefined,
  { domain }: CertificateChoice,
): Promise<string> {
  if (id !== undefined && domain === undefined) return id;
  if (id !== undefined || domain === undefined) {
    throw badInput("Name one certificate: by its id, or with --domain NAME.");
  }
  const { name, certificate, reason } = await client.call(operations.showDomain, {
    params: { name: domain },
  });
  if (certificate !== null) return certificate.id;
  throw new CommandError("no-certificate", `${name} has no certificate yet: ${reason}`, {
    ending: "not-found",
  });
}
