import { type Domain, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { findingLines } from "./terminal/check-lines.ts";
import { fieldsText } from "./terminal/fields.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { renewalFields } from "./terminal/renewal-fields.ts";
import { stateEmphasis, styled } from "./terminal/style.ts";
import { instantFromNow } from "./terminal/time-text.ts";
import { datedLine, timelineLine } from "./terminal/timeline-line.ts";
import { wrapFor } from "./terminal/wrap.ts";

export function registerDomainShow(domain: Command): void {
  const command = domain
    .command("show")
    .description("show a domain: where it stands and why, its certificate, its edges, its timeline")
    .argument("<name>", "the DNS name")
    .action(showDomain);
  withExamples(withServerOptions(command), "certmill domain show shop.example.com");
}

async function showDomain(name: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const domain = await client.call(operations.showDomain, { params: { name } });
  await (options.json === true ? printJson(domain) : print(domainText(domain, Date.now())));
}

function domainText(domain: Domain, now: number): string {
  return [
    `${styled("bold", printable(domain.name))}  ${styled(stateEmphasis(domain.state), domain.state)}`,
    wrapFor(process.stdout, printable(domain.reason)),
    "",
    factsText(domain, now),
    ...twinLines(domain, now),
    ...delegationLines(domain),
    ...checkLines(domain, now),
    ...deliveryLines(domain),
    "",
    styled("bold", "Timeline"),
    ...domain.timeline.map(timelineLine),
  ].join("\n");
}

function factsText(domain: Domain, now: number): string {
  const { certificate, failureCode } = domain;
  // What is not a try but the renewal is told with the certificate.
  const nextTryAt = certificate !== null && failureCode === null ? null : domain.nextTryAt;
  return fieldsText([
    ["Names", domain.names.join(", ")],
    ["Left out", domain.leftOut.length === 0 ? null : domain.leftOut.join(", ")],
    ["Tenant", domain.tenant],
    ["CA", domain.ca],
    ["Only CAs", domain.cas === null ? null : domain.cas.join(", ")],
    ["Edge group", domain.edgeGroup],
    ["Key type", domain.keyType],
    ["Profile", domain.profile],
    ["Challenge", domain.challenge],
    ["Failure", domain.failureCode],
    ["Unpause at", domain.unpauseUrl],
    ["Expected", domain.expectedAt === null ? null : instantFromNow(domain.expectedAt, now)],
    ["Next try", nextTryAt === null ? null : instantFromNow(nextTryAt, now)],
    ["Certificate", certificate === null ? "none" : `${certificate.id} by ${certificate.issuer}`],
    ["Serial", certificate?.serial ?? null],
    ["Valid until", certificate === null ? null : instantFromNow(certificate.notAfter, now)],
    ...renewalFields(certificate?.renewal ?? null, now),
  ]);
}

/** Of a pair: how its second certificate stands. */
function twinLines({ keyType, certificate, twin }: Domain, now: number): readonly string[] {
  if (twin === null) {
    const follows = keyType === "p256+rsa2048" && certificate === null;
    return follows ? ["", "The RSA certificate is ordered after this one."] : [];
  }
  const { certificate: held, failure, nextTryAt } = twin;
  const facts = fieldsText([
    ["Failure", failure === null ? null : `${failure.sentence} (${failure.code})`],
    ["Next try", nextTryAt === null || failure === null ? null : instantFromNow(nextTryAt, now)],
    ["Certificate", held === null ? "none" : `${held.id} by ${held.issuer}`],
    ["Serial", held?.serial ?? null],
    ["Valid until", held === null ? null : instantFromNow(held.notAfter, now)],
    ...renewalFields(held?.renewal ?? null, now),
  ]);
  return ["", `${styled("bold", "RSA")}  ${styled(stateEmphasis(twin.state), twin.state)}`, facts];
}

function delegationLines({ delegations }: Domain): readonly string[] {
  if (delegations.length === 0) return [];
  const lines = delegations.map(({ name, target }) =>
    target === null
      ? `${printable(name)} is in no zone that Certmill may write (certmill dns add).`
      : `${printable(name)}. CNAME ${printable(target)}.`,
  );
  return ["", styled("bold", "Records to set once in its DNS"), ...lines];
}

function checkLines({ check }: Domain, now: number): readonly string[] {
  if (check === null) return [];
  const { checkedAt, findings } = check;
  const when = `${styled("bold", "Check")}  ${instantFromNow(checkedAt, now)}`;
  return ["", when, ...(findings.length === 0 ? ["All was right."] : findingLines(findings))];
}

function deliveryLines({ deliveries }: Domain): readonly string[] {
  if (deliveries.length === 0) return [];
  const lines = deliveries.map(({ edge, certificateId, receivedAt, error }) =>
    datedLine(
      receivedAt,
      printable(`${edge} ${error === null ? `serves certificate ${certificateId}` : `failed: ${error}`}`),
    ),
  );
  return ["", styled("bold", "Edges"), ...lines];
}
