import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SharedSyncs } from "./shared-syncs.ts";

test("who asks before a sync begins shares it; who asks while one runs gets the next", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-syncs-"));
  const syncs = new SharedSyncs();
  const first = syncs.sync(directory.path);
  expect(syncs.sync(directory.path)).toBe(first);
  // The first has begun by then: the disk takes longer than a few turns of promises.
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  const second = syncs.sync(directory.path);
  expect(second).not.toBe(first);
  expect(syncs.sync(directory.path)).toBe(second);
  expect(syncs.sync(tmpdir())).not.toBe(second);
  await Promise.all([first, second]);
});

test("a failure is told to all who shared it, and to nobody after", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-syncs-"));
  const syncs = new SharedSyncs();
  const path = join(directory.path, "later");
  const outcomes = await Promise.allSettled([syncs.sync(path), syncs.sync(path)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await mkdir(path);
  await syncs.sync(path);
});
