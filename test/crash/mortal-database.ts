import type { Database } from "../../packages/server/src/store/database.ts";
import { interceptedDb } from "../../packages/server/test/intercepted-db.ts";
import type { Mortal } from "./mortal.ts";

/** Locks are the session's, and a notification is heard. */
const changesAll = /for (no key )?update|advisory|pg_notify/;

/** The same database, with every statement a call of `mortal`: `commit` too, but none that only asks. */
export function mortalDatabase(database: Database, mortal: Mortal): Database {
  const db = interceptedDb(database.db, (query, run) => {
    const text = query.sql.replaceAll(/\s+/g, " ").trim();
    const asks = /^(select|begin)\b/.test(text) && !changesAll.test(text);
    return asks ? mortal.ask(() => run(query)) : mortal.call(text.slice(0, 80), () => run(query));
  });
  const close = async (): Promise<void> => {
    await db.destroy();
    await database.close();
  };
  return {
    kind: database.kind,
    connectionUse: () => database.connectionUse(),
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
