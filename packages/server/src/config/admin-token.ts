/** The first admin's token: from the settings, or made by the embedded mode at its first start. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createWhole } from "../create-whole.ts";
import type { Config } from "./read-config.ts";

export interface AdminToken {
  readonly token: string;
  /** The file that was made at this start; null when the token was there. */
  readonly made: string | null;
}

/** null: there is none to make known; with PostgreSQL, a token setting makes the first one. */
export async function findAdminToken(
  config: Pick<Config, "adminToken" | "database">,
): Promise<AdminToken | null> {
  const { adminToken, database } = config;
  if (adminToken !== null) return { token: adminToken, made: null };
  if (database.kind !== "embedded") return null;
  const path = join(database.directory, "admin-token");
  const token = `cm_admin_${randomBytes(24).toString("base64url")}`;
  if (await createWhole(path, `${token}\n`)) return { token, made: path };
  return { token: (await readFile(path, "utf8")).trim(), made: null };
}
