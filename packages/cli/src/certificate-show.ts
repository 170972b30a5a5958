import { type Certificate, operations } from "@certmill/api";
import type { Command } from "commander";
import { type CertificateChoice, chosenCertificate, withCertificateChoice } from "./certificate-choice.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fieldsText } from "./terminal/fields.ts";
import { print, printJson } from "./terminal/print.ts";
import { renewalFields } from "./terminal/renewal-fields.ts";
import { instantFromNow, instantText } from "./terminal/time-text.ts";

interface CertificateShowOptions extends ServerOptions, CertificateChoice {}

export function registerCertificateShow(certificate: Command): void {
  const command = certificate.command("show").description("show a certificate, without its key");
  withCertificateChoice(command).action(showCertificate);
  withExamples(withServerOptions(command), "certmill certificate show --domain shop.example.com");
}

async function showCertificate(id: string | undefined, options: CertificateShowOptions): Promise<void> {
  const client = await connect(options);
  const chosen = await chosenCertificate(client, id, options);
  const shown = await client.call(operations.showCertificate, { params: { id: chosen } });
  if (options.json === true) return printJson(shown);
  const now = Date.now();
  await print(
    fieldsText([
      ["Id", shown.id],
      ["Names", shown.names.join(", ")],
      ["Issuer", shown.issuer],
      ["Serial", shown.serial],
      ["Fingerprint", shown.fingerprint],
      ["Valid from", instantText(shown.notBefore)],
      ["Valid until", instantFromNow(shown.notAfter, now)],
      ["CA", shown.ca],
      ["Tenant", shown.tenant],
      ["Current", shown.current ? "yes" : "no, a newer one has replaced it"],
      ["Stored at", instantText(shown.storedAt)],
      ["Key", shown.keyFingerprint],
      ["Key destroyed", shown.keyDestroyedAt === null ? null : instantText(shown.keyDestroyedAt)],
      ["Revoked", revokedText(shown)],
      ...renewalFields(shown.renewal, now),
    ]),
  );
}

function revokedText({ revokedAt, revocationReason }: Certificate): string | null {
  if (revokedAt === null) return null;
  return `${instantText(revokedAt)}${revocationReason === null ? "" : ` (${revocationReason})`}`;
}
