import type { CompiledQuery } from "kysely";
import type { Db } from "../../src/store/database.ts";
import { interceptedDb } from "../intercepted-db.ts";

/** A plan's nodes that read a table whole, and the indexes that the others go by. */
export interface Access {
  readonly indexes: Set<string>;
  readonly wholeTables: Set<string>;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Relation Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Runs `query`, and looks at the plan of each of its statements in a transaction that is given up. */
export async function accessOf(store: Db, query: (db: Db) => Promise<unknown>): Promise<Access> {
  const access: Access = { indexes: new Set(), wholeTables: new Set() };
  const look = (node: PlanNode): void => {
    const { "Index Name": index, "Relation Name": table, "Node Type": type } = node;
    if (index !== undefined) access.indexes.add(index);
    if (type === "Seq Scan" && table !== undefined) access.wholeTables.add(table);
    for (const child of node.Plans ?? []) look(child);
  };
  const db = interceptedDb(store, async (statement, run) => {
    if (/^\s*\(?(select|with|insert|update|delete)/i.test(statement.sql)) {
      const explained: CompiledQuery = { ...statement, sql: `explain (format json) ${statement.sql}` };
      const { rows } = await run<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(explained);
      for (const plan of rows[0]?.["QUERY PLAN"] ?? []) look(plan.Plan);
    }
    return run({ ...statement, sql: statement.sql.replace(/^commit$/, "rollback") });
  });
  await query(db);
  return access;
}
