import { dnsProviderKinds, operations } from "@certmill/api";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { accessFields, accessOf } from "./dns-access.ts";

const filled = {
  server: "ns1.example.com:53",
  keyName: "certmill",
  keySecret: "c2VjcmV0",
  url: "https://dns.example.com",
  apiKey: "secret",
  serverId: "localhost",
  subdomain: "8e5700ea",
  username: "user",
  password: "secret",
  program: "hook.sh",
  apiToken: "secret",
  hostedZoneId: "Z123",
  accessKeyId: "AKIA",
  secretAccessKey: "secret",
};
const bodyOf = (access: unknown) => ({ name: "dns", zones: ["example.com"], access });

test.each(dnsProviderKinds)("what the form asks for %s is what the API takes", (kind) => {
  const body = operations.addDnsProvider.body;
  expect(Value.Check(body, bodyOf(accessOf(kind, filled)))).toBe(true);
  const required = accessFields[kind].filter((field) => field.required).map(({ name }) => name);
  const least = Object.fromEntries(Object.entries(filled).filter(([name]) => required.includes(name)));
  expect(Value.Check(body, bodyOf(accessOf(kind, least)))).toBe(true);
  for (const name of required) {
    const without = accessOf(kind, { ...filled, [name]: " " });
    expect(Value.Check(body, bodyOf(without)), `${name} is required`).toBe(false);
  }
});
