/** The key of a lineage's next certificate: one of its own, the last one, or the one that it shares with others. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { Instant } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { readKeyChoice, storeSharedKey } from "../store/key/key-choice.ts";
import type { KeyType } from "../store/schema/key.ts";
import { exportKey, importKey, type MakeKey } from "./certificate-key.ts";
import { open, seal } from "./envelope.ts";
import type { KeyRing } from "./key-ring.ts";

export interface ChosenKey {
  readonly key: KeyObject;
  /** Where it is stored; null: it is new, and to be stored. */
  readonly secretId: string | null;
}

/** `new`: one of its own, whatever the policy: the CA did not take the one that it has. */
export type KeyWish = "as-policy" | "new";

interface Means {
  readonly db: Db;
  readonly keyRing: KeyRing;
  readonly makeKey: MakeKey;
  readonly now: Instant;
}

/** A key that is refused is never chosen again. @throws UnknownKey; SecretDamaged. */
export async function chooseKey(
  { lineageId, keyType }: { readonly lineageId: string; readonly keyType: KeyType },
  wish: KeyWish,
  means: Means,
): Promise<ChosenKey> {
  const { db, keyRing, makeKey, now } = means;
  if (wish === "new") return { key: await makeKey(keyType), secretId: null };
  const choice = await readKeyChoice(db, lineageId, keyType);
  if (choice.kind === "new") return { key: await makeKey(keyType), secretId: null };
  if (choice.kind === "shared" && choice.key === null) {
    const made = await makeKey(keyType);
    const sealed = seal(keyRing, exportKey(made));
    const spki = fingerprintOf(made);
    const stored = await storeSharedKey(db, choice.owner, { keyType, sealed, spki, now });
    return { key: importKey(open(keyRing, stored.sealed)), secretId: stored.id };
  }
  const { key: stored } = choice;
  const key = stored === null ? null : importKey(open(keyRing, stored.sealed));
  // One that was imported, or whose type is no longer wished for, may be of another.
  if (stored === null || key === null || !isOfType(key, keyType))
    return { key: await makeKey(keyType), secretId: null };
  return { key, secretId: stored.id };
}

const isOfType = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, type: KeyType): boolean =>
  type === "p256"
    ? asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1"
    : asymmetricKeyType === "rsa" && asymmetricKeyDetails?.modulusLength === 2_048;

/** SHA-256 of its SubjectPublicKeyInfo, lower-case hex. */
export const fingerprintOf = (key: KeyObject): string =>
  createHash("sha256")
    .update(createPublicKey(key).export({ format: "der", type: "spki" }))
    .digest("hex");
