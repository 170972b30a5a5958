import { type Client, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { type WaitOptions, watchAttempt, withWaitOptions } from "./watch-attempt.ts";

interface DomainRetryOptions extends ServerOptions, WaitOptions {}

export function registerDomainRetry(domain: Command): void {
  const command = domain
    .command("retry")
    .description(
      "order a domain's certificate now, whenever the next try is due; one it has is renewed, and a pause ends",
    )
    .argument("<name>", "the DNS name");
  withWaitOptions(command).action(retryDomain);
  withExamples(withServerOptions(command), "certmill domain retry shop.example.com --wait");
}

async function retryDomain(name: string, options: DomainRetryOptions): Promise<void> {
  const client = await connect(options);
  if (options.wait === true) return retryAndWatch(client, name, options);
  const domain = await client.call(operations.retryDomain, { params: { name } });
  if (options.json === true) return printJson(domain);
  await print(
    `${domain.name}: the certificate is being ordered. Look at it: certmill domain show ${domain.name}`,
  );
}

async function retryAndWatch(client: Client, name: string, options: DomainRetryOptions): Promise<void> {
  const params = { name };
  // Before the order is made: a quick attempt may have ended when its answer is here.
  const { cursor } = await client.call(operations.followDomain, { params });
  await client.call(operations.retryDomain, { params });
  await watchAttempt({ client, name, seconds: options.timeout, json: options.json === true, after: cursor });
}
