import type { Config } from "../config/read-config.ts";
import { createKeyFile, type KeyRing, parseKeyRing, readKeyFile } from "./key-ring.ts";

/** Holds the ring in use; `reload` takes up a new first line of the key file without a restart. */
export interface LoadedKeys {
  readonly ring: () => KeyRing;
  reload(): Promise<void>;
  /** The file that was made at this start, as there was none; null else. */
  readonly made: string | null;
}

/**
 * Reads the key-encryption keys. The embedded mode makes its file at the first start.
 *
 * @throws KeyFileInvalid.
 */
export async function loadKeys(config: Pick<Config, "keys" | "database">, now: Date): Promise<LoadedKeys> {
  const { keys, database } = config;
  if (keys.kind === "text") {
    const ring = parseKeyRing(keys.text);
    return { ring: () => ring, reload: async () => {}, made: null };
  }
  const made = database.kind === "embedded" && (await createKeyFile(keys.path, now));
  let ring = await readKeyFile(keys.path);
  return {
    ring: () => ring,
    reload: async () => {
      ring = await readKeyFile(keys.path);
    },
    made: made ? keys.path : null,
  };
}
