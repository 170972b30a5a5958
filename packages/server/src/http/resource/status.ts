import type { Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Database, Db } from "../../store/database.ts";
import { countStatus, listCaLoads, listEdgeLags, readDatabaseVersion } from "../../store/read/status.ts";
import { countSecretsByKey } from "../../store/secrets.ts";
import type { KeyRotation } from "../ports.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly databaseKind: Database["kind"];
  readonly now: () => Instant;
  readonly version: string;
  readonly keys: KeyRotation;
}

export function showStatusHandler({
  db,
  databaseKind,
  now,
  version,
  keys,
}: Tools): Handler<Operations["showStatus"]> {
  return async () => {
    const { oldestDueAt, ...counts } = await countStatus(db, now());
    const cas = await listCaLoads(db);
    const edges = await listEdgeLags(db);
    const current = keys.currentKeyId();
    const others = (await countSecretsByKey(db)).filter(({ kekId }) => kekId !== current);
    const engine = await readDatabaseVersion(db);
    return {
      status: 200,
      body: {
        version,
        database: databaseKind === "embedded" ? `embedded ${engine}` : engine,
        ...counts,
        oldestDueAt: instantTextOrNull(oldestDueAt),
        cas: cas.map((ca) => ({
          name: ca.name,
          directory: ca.directory_url,
          default: ca.is_default,
          issuancesInFlight: Number(ca.in_flight),
          maxOrdersInFlight: ca.max_orders_in_flight,
        })),
        edges: edges.map(({ name, group, last_seen_at, behind }) => ({
          name,
          group,
          lastSeenAt: instantText(last_seen_at),
          behind: Number(behind),
        })),
        keys: { current, underOtherKeys: others.reduce((sum, { count }) => sum + count, 0) },
      },
    };
  };
}

export function rotateKeysHandler({ keys }: Pick<Tools, "keys">): Handler<Operations["rotateKeys"]> {
  return async () => ({
    status: 200,
    body: { rewrapped: await keys.rewrapAll(), keyId: keys.currentKeyId() },
  });
}
