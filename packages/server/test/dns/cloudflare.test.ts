/** Cloudflare's API v4 as it is published: zones by name, DNS records with an id each. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloudflare } from "../../src/dns/cloudflare.ts";
import { providerSuite } from "./provider-suite.ts";
import { type Asked, type ScriptedApi, startScriptedApi, type Told } from "./scripted-api.ts";

interface Stored {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
}

const token = "cf-token-of-a-test";
const records = new Map<string, Stored>();
let serial = 0;
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi(answer);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const result = (value: unknown): Told => ({
  status: 200,
  body: { success: true, errors: [], result: value },
});

function answer({ method, path, query, headers, body }: Asked): Told {
  if (headers.authorization !== `Bearer ${token}`)
    return {
      status: 403,
      body: { success: false, errors: [{ code: 9109, message: "Invalid access token" }] },
    };
  if (path === "/zones")
    return result(query.get("name") === "zone.test" ? [{ id: "zone-1", name: "zone.test" }] : []);
  const [, id] = /^\/zones\/zone-1\/dns_records(?:\/(.+))?$/.exec(path) ?? [path];
  if (method === "GET") {
    const isAsked = ({ type, name }: Stored): boolean =>
      type === query.get("type") && name === query.get("name");
    return result([...records.values()].filter(isAsked));
  }
  if (method === "POST") {
    serial += 1;
    const stored = { ...(body as Omit<Stored, "id">), id: `record-${serial}` };
    records.set(stored.id, stored);
    return result(stored);
  }
  return records.delete(id ?? "") ? result({ id }) : { status: 404, body: { success: false } };
}

const provider = (apiToken = token) => cloudflare({ apiToken, url: api.url });

providerSuite({
  provider,
  textsOf: async (name) =>
    [...records.values()].filter((each) => each.name === name).map(({ content }) => content.slice(1, -1)),
});

const record = { zone: "zone.test", name: "_acme-challenge.zone.test", text: "text" };

test("a token that it does not take, and a zone that the token does not see", async () => {
  const signal = AbortSignal.timeout(10_000);
  const adding = provider("a-wrong-token").add(record, signal);
  await expect(adding).rejects.toThrow(/credentials.*HTTP 403.*Invalid access token/);
  await expect(adding).rejects.not.toThrow(/a-wrong-token/);
  await expect(provider().add({ ...record, zone: "other.test" }, signal)).rejects.toThrow(
    /no zone other.test/,
  );
});
