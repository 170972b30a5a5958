/** Where the disk, or what is left on it, is at fault; all else is in test/system. */
import { mkdtempDisposable, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TestCa } from "../../../test/support/test-ca.ts";
import type { EdgeEvent } from "../../log/edge-event.ts";
import { IssuerFiles } from "./issuer-files.ts";
import { KnownIssuers, type TriesBare } from "./known-issuers.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const issuersPem = ca.intermediatePem + ca.rootPem;
const entry = { lineageId: "7", path: "/edge/haproxy/7.0123456789abcdef.pem", names: ["a.example"] };
const certificate = { entry, payload: "PEM\n", serial: "54d4", issuersPem };
const never = new AbortController().signal;

/** A HAProxy that has read one certificate of a file, then both. */
function haproxyThatFinds(file: string, counts: readonly number[]): TriesBare & { asked: number } {
  const haproxy = {
    asked: 0,
    tryBare: async () => ({ file, certificates: counts[haproxy.asked++] ?? 0 }),
  };
  return haproxy;
}

test("of a file of which HAProxy has read a part only, nothing is left to it", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-known-"));
  const { name = "" } = (await (await IssuerFiles.open(directory.path)).fileOf(issuersPem)) ?? {};
  const haproxy = haproxyThatFinds(name, [1, 1, 2]);
  const issuers = new KnownIssuers({ directory: directory.path, log: () => undefined }, haproxy);
  const found = [];
  for (let put = 0; put < 5; put += 1) found.push(await issuers.foundFor(certificate, never));
  expect(found).toEqual([null, null, name, name, name]);
  expect(haproxy.asked).toBe(3);
});

test("a disk that does not take the issuers is told of once, and delays no certificate", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-known-"));
  const path = join(directory.path, "issuers");
  await writeFile(path, "in the way");
  const events: EdgeEvent[] = [];
  const issuers = new KnownIssuers(
    { directory: path, log: (event) => events.push(event) },
    haproxyThatFinds("", []),
  );
  await issuers.open();
  expect(await issuers.foundFor(certificate, never)).toBeNull();
  expect(events).toEqual([
    { kind: "warning", warning: expect.stringMatching(/cannot be kept for it: .*issuers/) },
  ]);
  await rm(path);
  await issuers.foundFor(certificate, never);
  expect(await (await IssuerFiles.open(path)).fileOf(issuersPem)).not.toBeNull();
  expect(events).toHaveLength(1);
});
