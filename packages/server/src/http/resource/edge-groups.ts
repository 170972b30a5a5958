import type { EdgeGroup, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type EdgeGroupRow, listEdgeGroups } from "../../store/read/edge-groups.ts";
import { setEdgeGroup } from "../../store/write/key-policies.ts";
import { settleServed } from "../../store/write/settle-served.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { keyPolicyOf, presentKeyPolicy } from "../key-policy.ts";
import { isPair, usualKeyType } from "../present/key-type.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
}

export function setEdgeGroupHandler({
  db,
  now,
}: Tools & { readonly now: () => Instant }): Handler<Operations["setEdgeGroup"]> {
  return async ({ params: { name }, body }) => {
    const { keys, keysKeptDays, keyType, challenge, servedWhen } = body;
    const group = await setEdgeGroup(db, name, {
      ...(keys === undefined ? {} : { keys: keyPolicyOf(keys) }),
      ...(keysKeptDays === undefined ? {} : { keptDays: keysKeptDays }),
      ...(keyType === undefined ? {} : { paired: isPair(keyType) }),
      ...(challenge === undefined ? {} : { challenge }),
      ...(servedWhen === undefined ? {} : { servedWhen }),
    });
    if (servedWhen !== undefined) await settleServed(db, { edgeGroupId: group.id, now: now() });
    return { status: 200, body: present(group) };
  };
}

export function listEdgeGroupsHandler({ db }: Tools): Handler<Operations["listEdgeGroups"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("edge-groups", 1, after)?.[0] ?? null;
    const rows = await listEdgeGroups(db, { after: cursor, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, present, ({ name }) => encodeCursor("edge-groups", [name])),
    };
  };
}

const present = ({
  name,
  key_policy,
  key_renewals,
  keys_kept_days,
  paired,
  challenge,
  served_when,
}: EdgeGroupRow): EdgeGroup => ({
  name,
  keys: presentKeyPolicy(key_policy, key_renewals),
  keysKeptDays: keys_kept_days,
  keyType: usualKeyType(paired),
  challenge,
  servedWhen: served_when,
});
