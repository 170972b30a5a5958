import { afterAll, beforeAll, expect, test } from "vitest";
import { open, seal } from "../../src/keys/envelope.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { rotateKeys } from "../../src/keys/rotate.ts";
import type { Database, Db } from "../../src/store/database.ts";
import { countSecretsByKey, insertSecret, listKeysInUse, readSecret } from "../../src/store/secrets.ts";
import { openEmbeddedCopy } from "../embedded-template.ts";
import { interceptedDb } from "../intercepted-db.ts";

const lines = [1, 2, 3].map((n) => newKeyLine(new Date(n * 1e11)));
const ringOf = (...order: readonly number[]) => parseKeyRing(order.map((n) => lines[n]).join(""));
const size = 1_300;

let database: Database;

beforeAll(async () => {
  database = await openEmbeddedCopy();
  for (let n = 0; n < size; n++) {
    await insertSecret(database.db, seal(ringOf(n % 5 === 0 ? 2 : 0), Buffer.from(`secret ${n + 1}`)));
  }
});
afterAll(() => database.close());

/** As if the process died: from the n-th statement on nothing reaches the database. */
function cutOffAfter(db: Db, statements: number): Db {
  let left = statements;
  return interceptedDb(db, (query, run) => {
    left -= 1;
    if (left < 0) throw new Error("cut off");
    return run(query);
  });
}

test("a rotation that is cut off goes on where it stopped, and loses nothing", async () => {
  const { db } = database;
  const ring = ringOf(1, 0, 2);
  expect(await listKeysInUse(db)).toEqual([ringOf(0).current.id, ringOf(2).current.id].sort());
  await expect(rotateKeys(cutOffAfter(db, 700), ring)).rejects.toThrow("cut off");
  const halfway = await countSecretsByKey(db);
  const done = halfway.find(({ kekId }) => kekId === ring.current.id)?.count ?? 0;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(size);

  expect(await rotateKeys(db, ring)).toBe(size - done);
  expect(await listKeysInUse(db)).toEqual([ring.current.id]);
  expect(await rotateKeys(db, ring)).toBe(0);
  // The old keys are not needed any more.
  const alone = ringOf(1);
  for (const id of ["1", "500", "1001", String(size)]) {
    expect(Buffer.from(open(alone, await readSecret(db, id))).toString()).toBe(`secret ${id}`);
  }
});
