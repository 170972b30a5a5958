import type { Database } from "../../packages/server/src/store/database.ts";
import { interceptedDb } from "../../packages/server/test/intercepted-db.ts";
import type { Activity } from "./activity.ts";

export interface DatabaseWatch {
  readonly activity: Activity;
  /** Told of every statement that may notify. */
  readonly onNotify: () => void;
  readonly onListen: () => void;
}

/**
 * The same database; something is in flight from the wish for a connection until it is given back. Closing it closes
 * the one behind.
 */
export function watchedDatabase(behind: Database, watch: DatabaseWatch): Database {
  const { activity, onNotify } = watch;
  const db = interceptedDb(
    behind.db,
    (statement, run) => {
      if (mayNotify(statement.sql)) onNotify();
      return run(statement);
    },
    (use) => activity.during(use),
  );
  return {
    kind: behind.kind,
    connectionUse: () => behind.connectionUse(),
    db,
    listen: (channel, heard) => {
      watch.onListen();
      return behind.listen(channel, heard);
    },
    close: () => behind.close(),
    [Symbol.asyncDispose]: () => behind.close(),
  };
}

/** Of the channels, a run has listeners for those that make a worker look; a responder takes no part in it. */
const mayNotify = (sql: string): boolean =>
  sql.includes("pg_notify") && !/pg_notify\('certmill_(challenge|feed)'/.test(sql);
