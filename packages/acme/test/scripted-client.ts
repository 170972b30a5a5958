import { AcmeClient } from "../src/client/acme-client.ts";
import type { ObservedRequest } from "../src/client/signed-requests.ts";
import { generateAccountKey } from "../src/wire/account-key.ts";
import { undiciTransport } from "../src/wire/undici-transport.ts";
import { type ScriptedCa, startScriptedCa } from "./scripted-ca.ts";

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const key = generateAccountKey();

/** A scripted CA, a client of it with an account, and what the client told of its requests. */
export async function startClient(meta?: unknown, resources?: Readonly<Record<string, string>>) {
  const ca = await startScriptedCa(meta, resources);
  const transport = undiciTransport();
  const observed: ObservedRequest[] = [];
  const options = { directoryUrl: ca.directoryUrl, transport, key, now: () => NOW };
  const accountUrl = `${ca.origin}/account/1`;
  return {
    ca,
    observed,
    transport,
    accountUrl,
    stranger: new AcmeClient(options),
    client: new AcmeClient({ ...options, accountUrl, onRequest: (request) => observed.push(request) }),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await ca[Symbol.asyncDispose]();
    },
  };
}

/** A pending order of the CA; `more` overrides. */
export function orderOf(ca: ScriptedCa, more: object = {}): object {
  return {
    status: "pending",
    expires: "2026-11-29T12:00:00Z",
    identifiers: [{ type: "dns", value: "a.example.com" }],
    authorizations: [`${ca.origin}/authorization/1`],
    finalize: `${ca.origin}/finalize/1`,
    ...more,
  };
}

/** What the CA was asked, in order, as "POST /order". */
export const paths = (ca: ScriptedCa): readonly string[] =>
  ca.seen.map(({ method, path }) => `${method} ${path}`);
