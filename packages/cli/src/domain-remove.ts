import { operations, type RemovedDomain } from "@certmill/api";
import type { Command } from "commander";
import { confirm } from "./confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { instantText } from "./terminal/time-text.ts";

interface DomainRemoveOptions extends ServerOptions {
  readonly revoke?: boolean;
  readonly yes?: boolean;
}

export function registerDomainRemove(domain: Command): void {
  const command = domain
    .command("remove")
    .description("remove a domain and all names of its certificate; the edges stop serving it")
    .argument("<name>", "the DNS name")
    .option("--revoke", "have its certificates revoked, too")
    .option("--yes", "do not ask")
    .action(removeDomain);
  withExamples(withServerOptions(command), "certmill domain remove shop.example.com --yes");
}

async function removeDomain(name: string, options: DomainRemoveOptions): Promise<void> {
  const client = await connect(options);
  if (options.yes !== true) {
    await confirm(async () => {
      const { names } = await client.call(operations.showDomain, { params: { name } });
      return { question: `Remove ${names.map(printable).join(", ")}?`, otherwise: "Nothing was removed." };
    });
  }
  const { revoke = false } = options;
  const removed = await client.call(operations.removeDomain, { params: { name }, query: { revoke } });
  if (options.json === true) return printJson(removed);
  await print(removedText(removed));
  if (revoke) await print("Its certificates are being revoked: certmill revoke show tells how far that is.");
}

function removedText({ names, staysValid, keysDestroyedAt, sharesKeys }: RemovedDomain): string {
  const lines = staysValid.map(
    ({ certificateId, ca, serial, notAfter }) =>
      `  certificate ${certificateId} (${printable(ca)}, serial ${serial}) until ${instantText(notAfter)}`,
  );
  return [
    `Removed: ${names.map(printable).join(", ")}`,
    ...(lines.length === 0
      ? []
      : ["Still valid at the certificate authority, as nobody revoked it:", ...lines]),
    ...(keysDestroyedAt === null
      ? []
      : [`Its private keys are destroyed at ${instantText(keysDestroyedAt)}.`]),
    ...(sharesKeys ? ["Others share a private key of it, which stays with them."] : []),
  ].join("\n");
}
