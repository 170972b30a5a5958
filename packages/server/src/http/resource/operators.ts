import type { Operations, Operator } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findOperator, listOperators, type OperatorRow } from "../../store/read/operators.ts";
import { changeOperator, insertOperator, removeOperator } from "../../store/write/operators.ts";
import { forgetAttempts } from "../../store/write/sign-in-pace.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { oneFault, Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { nameKey } from "../sign-in/attempt-limits.ts";
import { hashPassword, newPassword } from "../sign-in/password.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function createOperatorHandler({ db, now }: Tools): Handler<Operations["createOperator"]> {
  return async ({ body }) => {
    const name = body.name.toLowerCase();
    const made = body.password === undefined ? newPassword() : null;
    const operator = {
      name,
      displayName: body.displayName ?? body.name,
      role: body.role,
      tenant: body.tenant ?? null,
      password: await hashPassword(made ?? body.password ?? ""),
    };
    if (!(await insertOperator(db, operator, now()))) {
      throw new Refusal("operator-exists", `There is "${name}" already.`);
    }
    return { status: 201, body: { ...present(await wanted(db, name)), password: made } };
  };
}

export function listOperatorsHandler({ db }: Pick<Tools, "db">): Handler<Operations["listOperators"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("operators", 1, after)?.[0] ?? null;
    const rows = await listOperators(db, { after: cursor, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, present, ({ name }) => encodeCursor("operators", [name])),
    };
  };
}

export function changeOperatorHandler({ db, now }: Tools): Handler<Operations["changeOperator"]> {
  return async ({ params, body }) => {
    const name = params.name.toLowerCase();
    const { displayName, role, tenant, password, newPassword: makeOne } = body;
    if (password !== undefined && makeOne === true) {
      throw oneFault("/newPassword", "It does not go with `password`.");
    }
    const made = makeOne === true ? newPassword() : null;
    const set = made ?? password;
    const change = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(role === undefined ? {} : { role }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(set === undefined ? {} : { password: await hashPassword(set) }),
    };
    if (!(await changeOperator(db, name, change, now()))) throw nobody(name);
    await forgetAttempts(db, nameKey(name));
    return { status: 200, body: { ...present(await wanted(db, name)), password: made } };
  };
}

export function removeOperatorHandler({ db }: Pick<Tools, "db">): Handler<Operations["removeOperator"]> {
  return async ({ params }) => {
    const row = await wanted(db, params.name.toLowerCase());
    await removeOperator(db, row.name);
    return { status: 200, body: present(row) };
  };
}

const nobody = (name: string): Refusal => new Refusal("not-found", `There is nobody of the name "${name}".`);

/** @throws {Refusal} `not-found` */
async function wanted(db: Db, name: string): Promise<OperatorRow> {
  const row = await findOperator(db, name);
  if (row === null) throw nobody(name);
  return row;
}

const present = (row: OperatorRow): Operator => ({
  name: row.name,
  displayName: row.display_name,
  role: row.role,
  tenant: row.tenant,
  createdAt: instantText(row.created_at),
  lastSignInAt: instantTextOrNull(row.last_sign_in_at),
});
