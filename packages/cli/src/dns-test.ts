import { type DnsTest, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { wrapFor } from "./terminal/wrap.ts";

export function registerDnsTest(dns: Command): void {
  const command = dns
    .command("test")
    .description("try a DNS provider out: write a record, look for it at all name servers, take it away")
    .argument("<name>", "the provider's name")
    .action(testDns);
  withExamples(withServerOptions(command), "certmill dns test ns1");
}

async function testDns(name: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const test = await client.call(operations.testDnsProvider, { params: { name } });
  if (test.zones.some(({ steps }) => steps.some(({ fault }) => fault !== null))) endWith("failed");
  await (options.json === true ? printJson(test) : print(testText(test)));
}

const words = {
  write: ["written", "not written"],
  look: ["at all name servers", "not at all name servers"],
  remove: ["taken away", "not taken away"],
} as const;

const testText = ({ zones }: DnsTest): string =>
  zones
    .flatMap(({ zone, record, steps }) => [
      `${styled("bold", printable(zone))}  ${printable(record)}`,
      ...steps.map(({ step, fault, durationMs }) => {
        const [well, badly] = words[step];
        if (fault === null) return `  ${styled("green", well)} in ${durationMs} ms`;
        return `  ${styled("red", badly)}: ${wrapFor(process.stdout, printable(fault), 4)}`;
      }),
    ])
    .join("\n");
