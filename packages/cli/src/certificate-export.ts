import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { operations } from "@certmill/api";
import type { Command } from "commander";
import { type CertificateChoice, chosenCertificate, withCertificateChoice } from "./certificate-choice.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { print, printJson } from "./terminal/print.ts";
import { writeWhole } from "./write-whole.ts";

interface CertificateExportOptions extends ServerOptions, CertificateChoice {
  readonly out: string;
}

export function registerCertificateExport(certificate: Command): void {
  const command = certificate
    .command("export")
    .description("write a certificate and its private key to files: fullchain.pem and privkey.pem");
  withCertificateChoice(command)
    .requiredOption("--out <dir>", "the directory to write to; it is made where it is missing")
    .action(exportCertificate);
  withExamples(
    withServerOptions(command),
    "certmill certificate export --domain shop.example.com --out ./shop.example.com",
  );
}

async function exportCertificate(id: string | undefined, options: CertificateExportOptions): Promise<void> {
  const client = await connect(options);
  const chosen = await chosenCertificate(client, id, options);
  const { chainPem, keyPem } = await client.call(operations.exportCertificate, { params: { id: chosen } });
  const privkey = join(options.out, "privkey.pem");
  const fullchain = join(options.out, "fullchain.pem");
  try {
    await mkdir(options.out, { recursive: true, mode: 0o700 });
    await writeWhole(privkey, keyPem, 0o600);
    await writeWhole(fullchain, chainPem, 0o644);
  } catch (error) {
    throw fileFault(`The directory ${options.out}`, "written", error);
  }
  if (options.json === true) return printJson({ certificateId: chosen, fullchain, privkey });
  await print(`Written: ${fullchain} and ${privkey}`);
}
