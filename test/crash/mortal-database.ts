import type { Database } from "../../packages/server/src/store/database.ts";
import { interceptedDb } from "../../packages/server/test/intercepted-db.ts";
import type { Mortal } from "./mortal.ts";

/** The same database, with every statement (`begin` and `commit` too) a call of `mortal`. */
export function mortalDatabase(database: Database, mortal: Mortal): Database {
  const db = interceptedDb(database.db, (query, run) => {
    const what = query.sql.replaceAll(/\s+/g, " ").trim().slice(0, 80);
    return mortal.call(what, () => run(query));
  });
  const close = async (): Promise<void> => {
    await db.destroy();
    await database.close();
  };
  return {
    kind: database.kind,
    db,
    listen: (channel, heard) =>
      mortal.call(`listen ${channel}`, () =>
        database.listen(channel, (payload) => {
          if (mortal.lastCall === null) heard(payload);
        }),
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}
