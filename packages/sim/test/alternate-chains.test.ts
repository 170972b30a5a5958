import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { issue } from "./issue.ts";
import { type Answer, problemOf, TestClient } from "./test-client.ts";

const alternates = ({ headers }: Answer): string[] =>
  [...(headers.get("link") ?? "").matchAll(/<([^>]+)>;rel="alternate"/g)].map(([, url = ""]) => url);

const certificates = ({ text }: Answer): X509Certificate[] =>
  (text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((pem) => new X509Certificate(pem));

test("one leaf with a chain to each root", async () => {
  await using ca = await startSimCa({ alwaysValid: true, alternateChains: 2 });
  const client = await TestClient.registered(ca.directoryUrl);
  const { order, leaf } = await issue(client, ["a.example.com"]);
  const url = String(order["certificate"]);
  const first = await client.post(url, null);
  expect(alternates(first)).toEqual([`${url}/1`, `${url}/2`]);

  const roots = [ca.rootPem, ...ca.alternateRootPems].map((pem) => new X509Certificate(pem));
  const answers = [first, await client.post(`${url}/1`, null), await client.post(`${url}/2`, null)];
  expect(alternates(answers[1] ?? first)).toEqual([url, `${url}/2`]);
  expect(new Set(roots.map(({ subject }) => subject)).size).toBe(3);
  for (const [index, answer] of answers.entries()) {
    const [end, intermediate, ...rest] = certificates(answer);
    expect(rest).toEqual([]);
    expect(end?.raw).toEqual(leaf.raw);
    if (intermediate === undefined) throw new Error("a chain has an intermediate");
    expect(end?.verify(intermediate.publicKey)).toBe(true);
    for (const [other, root] of roots.entries()) {
      expect(intermediate.verify(root.publicKey), `${index} by ${other}`).toBe(index === other);
      expect(intermediate.checkIssued(root), `${index} by ${other}`).toBe(index === other);
    }
  }
});

test("chains that are not there, and another account's", async () => {
  await using ca = await startSimCa({ alwaysValid: true, alternateChains: 1 });
  const client = await TestClient.registered(ca.directoryUrl);
  const { order } = await issue(client, ["a.example.com"]);
  const url = String(order["certificate"]);
  for (const n of ["2", "-1", "x"]) {
    expect(problemOf(await client.post(`${url}/${n}`, null)), n).toBe("404 malformed");
  }
  const stranger = await TestClient.registered(ca.directoryUrl);
  expect(problemOf(await stranger.post(`${url}/1`, null))).toBe("404 malformed");
});

test("a CA of one root links to no other chain", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const { order } = await issue(client, ["a.example.com"]);
  const answer = await client.post(String(order["certificate"]), null);
  expect(alternates(answer)).toEqual([]);
  expect(ca.alternateRootPems).toEqual([]);
});
