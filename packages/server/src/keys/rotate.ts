import type { Db } from "../store/database.ts";
import { readForeignKeys, storeRewrapped } from "../store/secrets.ts";
import { rewrap } from "./envelope.ts";
import type { KeyRing } from "./key-ring.ts";

const batch = 500;

/**
 * Wraps every data key with the ring's current key, in batches that are committed one by one: a rotation
 * that was cut off goes on where it stopped when it is asked for again.
 *
 * @returns how many were rewrapped.
 */
export async function rotateKeys(db: Db, ring: KeyRing): Promise<number> {
  let rewrapped = 0;
  for (;;) {
    const keys = await readForeignKeys(db, ring.current.id, batch);
    if (keys.length === 0) return rewrapped;
    await storeRewrapped(
      db,
      keys.map((from) => ({ from, to: rewrap(ring, from) })),
    );
    rewrapped += keys.length;
  }
}
