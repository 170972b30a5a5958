/** What people call a type of key, and what a lineage has: a pair is a lineage with a P-256 key and a twin. */
import type { KeyType as ApiKeyType, UsualKeyType } from "@certmill/api";
import type { KeyType } from "../../store/schema/key.ts";

export interface WantedKeys {
  readonly keyType: KeyType;
  /** null: as the tenant or the edge group has it. */
  readonly paired: boolean | null;
}

/** @param wanted undefined: nobody has said. */
export function keysOf(wanted: ApiKeyType | undefined): WantedKeys {
  if (wanted === undefined) return { keyType: "p256", paired: null };
  if (wanted === "rsa2048") return { keyType: "rsa2048", paired: null };
  return { keyType: "p256", paired: isPair(wanted) };
}

export const isPair = (wanted: ApiKeyType): boolean => wanted === "p256+rsa2048";

/** The inverse of `keysOf`, for what was said and kept; undefined: nothing was. */
export function saidKeys({ keyType, paired }: WantedKeys): ApiKeyType | undefined {
  if (paired !== null) return usualKeyType(paired);
  return keyType === "rsa2048" ? keyType : undefined;
}

export const usualKeyType = (paired: boolean): UsualKeyType => (paired ? "p256+rsa2048" : "p256");

export const shownKeyType = ({
  key_type,
  is_paired,
}: {
  readonly key_type: KeyType;
  readonly is_paired: boolean;
}): ApiKeyType => (is_paired ? "p256+rsa2048" : key_type);
