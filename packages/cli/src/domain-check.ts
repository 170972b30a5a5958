import { type Domain, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { findingLines } from "./terminal/check-lines.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { instantFromNow } from "./terminal/time-text.ts";

export function registerDomainCheck(domain: Command): void {
  const command = domain
    .command("check")
    .description("check a domain's names now: DNS, CAA, and the way a certificate authority takes")
    .argument("<name>", "the DNS name")
    .action(checkDomain);
  withExamples(withServerOptions(command), "certmill domain check shop.example.com");
}

async function checkDomain(name: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const domain = await client.call(operations.checkDomain, { params: { name } });
  const findings = domain.check?.findings ?? [];
  if (findings.some(({ weight }) => weight === "fault")) endWith("failed");
  await (options.json === true ? printJson(domain.check) : print(checkText(domain, Date.now())));
}

function checkText({ names, check, certificate, state }: Domain, now: number): string {
  const findings = check?.findings ?? [];
  const isRight = !findings.some(({ weight }) => weight === "fault");
  const waits = check?.nextCheckAt ?? null;
  // A renewal waits for no check.
  const held = !isRight && state === "waiting" ? "The order waits until this is put right. " : "";
  const next = waits === null ? [] : ["", `${held}Next check: ${instantFromNow(waits, now)}.`];
  const rests = state === "removed" || state === "paused";
  const ordered = isRight && certificate === null && !rests ? ["The certificate is ordered."] : [];
  return [
    styled("bold", printable(names.join(", "))),
    ...(isRight ? [styled("green", "All is right.")] : []),
    ...findingLines(findings),
    ...ordered,
    ...next,
  ].join("\n");
}
