import { closeSync, openSync, writeSync } from "node:fs";
import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GroupSync } from "./group-sync.ts";

const place = () => mkdtempDisposable(join(tmpdir(), "certmill-syncs-"));

test("who asks before a sync begins shares it; who asks while one runs gets the next, and files go with directories", async () => {
  await using directory = await place();
  const syncs = new GroupSync();
  const file = openSync(join(directory.path, "file"), "wx");
  const order: string[] = [];
  const ask = (name: string) => syncs.sync(directory.path, file).then(() => order.push(name));
  try {
    const first = [ask("one"), ask("two")];
    // It has begun by then: the disk takes longer than a few turns of promises.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    writeSync(file, "more");
    const second = ask("three");
    await Promise.all(first);
    expect(order).toEqual(["one", "two"]);
    await second;
  } finally {
    closeSync(file);
  }
});

test("a failure is told to those who share it, when the disk has answered for all, and to nobody else", async () => {
  await using directory = await place();
  const syncs = new GroupSync();
  const path = join(directory.path, "later");
  const good = syncs.sync(directory.path);
  const outcomes = await Promise.allSettled([syncs.sync(directory.path, path), syncs.sync(path), good]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  await expect(syncs.sync(path)).rejects.toMatchObject({ code: "ENOENT", path });
  await mkdir(path);
  await syncs.sync(path);
});
