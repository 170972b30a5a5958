/** The published API of acme-dns: POST /update, two texts a name, of which a new one pushes out the older. */
import { expect, test } from "vitest";
import { acmeDns } from "../../src/dns/acme-dns.ts";
import { type Asked, startScriptedApi, type Told } from "./scripted-api.ts";

const registration = { subdomain: "8e5700ea", username: "c36f50e8", password: "htB9mR9DYgcu9bX" };
const record = { zone: "8e5700ea.auth.test", name: "8e5700ea.auth.test", text: "A".repeat(43) };
const patience = () => AbortSignal.timeout(60_000);

function updated({ method, path, headers, body }: Asked): Told {
  if (method !== "POST" || path !== "/update") return { status: 404, body: "" };
  const { subdomain, txt } = body as { subdomain: string; txt: string };
  const isKnown =
    headers["x-api-user"] === registration.username && headers["x-api-key"] === registration.password;
  if (!isKnown || subdomain !== registration.subdomain) return { status: 401, body: { error: "forbidden" } };
  return txt.length === 43 ? { status: 200, body: { txt } } : { status: 400, body: { error: "bad_txt" } };
}

test("a text is put by the registration, and nothing is asked to take it away", async () => {
  await using api = await startScriptedApi(updated);
  const provider = acmeDns({ url: `${api.url}/`, ...registration });
  await provider.add(record, patience());
  await provider.remove(record, patience());
  expect(api.asked.map(({ body }) => body)).toEqual([
    { subdomain: registration.subdomain, txt: record.text },
  ]);
});

test("what it refuses is told in its words, and not the password", async () => {
  await using api = await startScriptedApi(updated);
  const wrong = acmeDns({ url: api.url, ...registration, password: "wrong-password" });
  const adding = wrong.add(record, patience());
  await expect(adding).rejects.toThrow(/credentials.*HTTP 401.*forbidden/);
  await expect(adding).rejects.not.toThrow(/wrong-password/);
  const bad = acmeDns({ url: api.url, ...registration }).add({ ...record, text: "short" }, patience());
  await expect(bad).rejects.toThrow(/bad_txt/);
});
