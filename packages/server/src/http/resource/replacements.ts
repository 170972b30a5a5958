import type { NewReplacement, Operations } from "@certmill/api";
import { type Instant, serialNumber } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findKey } from "../../store/key/key-fingerprints.ts";
import { listReplacements } from "../../store/read/replacements.ts";
import type { Selection } from "../../store/read/selection.ts";
import { isRowId } from "../../store/row-id.ts";
import { lockList } from "../../store/write/fed-list.ts";
import {
  addSerials,
  cancelReplacement,
  insertReplacement,
  pauseReplacement,
  type ReplacementChange,
  resumeReplacement,
  startReplacement,
} from "../../store/write/replacements.ts";
import { decodeCursor, defaultLimit, encodeCursor } from "../cursor.ts";
import { describeReplacement, planDraft } from "../present/present-replacement.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { refuseUnchanged } from "../refuse-unchanged.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";
import { wantedCa } from "../wanted/wanted-ca.ts";
import { wantedReplacement } from "../wanted/wanted-replacement.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function createReplacementHandler({ db, now }: Tools): Handler<Operations["createReplacement"]> {
  return async ({ body, repeatable, caller }) => {
    const { reason = "superseded", thenRevoke = false } = body;
    const selection = await selectionOf(db, body.select);
    return withAnswerKept<Operations["createReplacement"]>(db, repeatable, now(), async (trx) => {
      const wanted = { selection, reason, thenRevoke, who: caller.who };
      const id = await insertReplacement(trx, wanted, now());
      return { status: 201, body: await described(trx, id, now()) };
    });
  };
}

/** @throws {Refusal} `ca-missing`, `invalid-request` */
async function selectionOf(db: Db, select: NewReplacement["select"]): Promise<Selection> {
  if (select === undefined) return {};
  const { key, ...others } = select;
  if (select.ca !== undefined) await wantedCa(db, select.ca);
  return { ...others, ...(key === undefined ? {} : { key: await keyOf(db, key) }) };
}

/** Longer than any serial number. */
const fingerprint = /^[0-9a-f]{64}$/;

/** @throws {Refusal} `invalid-request` */
async function keyOf(db: Db, text: string): Promise<string> {
  const digits = text.replaceAll(/[\s:]/g, "").toLowerCase();
  if (fingerprint.test(digits)) return digits;
  const serial = serialNumber(text);
  const key = serial === null ? null : await findKey(db, serial);
  if (key !== null) return key;
  throw oneFault(
    "/select/key",
    "It must be a SHA-256 in hex, or the serial number of a certificate that is here.",
  );
}

export function addReplacementCertificatesHandler({
  db,
}: Pick<Tools, "db">): Handler<Operations["addReplacementCertificates"]> {
  return async ({ params: { id }, body }) => {
    const bySerial = new Map(body.serials.map((text) => [text, serialNumber(text)]));
    const serials = [...new Set([...bySerial.values()].filter((serial) => serial !== null))];
    await wantedReplacement(db, id);
    return db.transaction().execute(async (trx) => {
      const was = await lockList(trx, "replacement", id);
      const { selection } = await wantedReplacement(trx, id);
      if (was !== "draft") throw new Refusal("replacement-state", `Replacement ${id} is ${was}.`);
      if (Object.keys(selection).length > 0)
        throw new Refusal("replacement-state", `Replacement ${id} takes no list: it selects.`);
      const { listed, notHeld } = await addSerials(trx, id, serials);
      const known = new Set([...listed, ...notHeld]);
      const unknown = [...bySerial].filter(([, serial]) => serial === null || !known.has(serial));
      return {
        status: 200,
        body: { listed: listed.length, notHeld: [...notHeld], unknown: unknown.map(([text]) => text) },
      };
    });
  };
}

export function listReplacementsHandler({ db, now }: Tools): Handler<Operations["listReplacements"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const before = decodeCursor("replacements", 1, after)?.[0] ?? null;
    if (before !== null && !isRowId(before)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const rows = await listReplacements(db, { before, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const items = [];
    for (const row of shown) items.push(await describeReplacement(db, row, now()));
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const next = last === undefined ? null : encodeCursor("replacements", [last.id]);
    return { status: 200, body: { items, next } };
  };
}

export function showReplacementHandler({ db, now }: Tools): Handler<Operations["showReplacement"]> {
  return async ({ params: { id } }) => ({ status: 200, body: await described(db, id, now()) });
}

export function startReplacementHandler({ db, now }: Tools): Handler<Operations["startReplacement"]> {
  return async ({ params: { id } }) => {
    const row = await wantedReplacement(db, id);
    if (row.state === "draft") {
      const plan = await planDraft(db, row, now());
      if (plan.certificates === 0)
        throw new Refusal("replacement-empty", `Replacement ${id} has no certificates.`);
      await db.transaction().execute((trx) => startReplacement(trx, { id, plan, now: now() }));
    } else
      refuseUnless({ was: row.state, changed: false }, ["running", "paused", "done"], {
        id,
        wish: "started",
      });
    return { status: 200, body: await described(db, id, now()) };
  };
}

export function pauseReplacementHandler({ db, now }: Tools): Handler<Operations["pauseReplacement"]> {
  return async ({ params: { id } }) => {
    await wantedReplacement(db, id);
    refuseUnless(await pauseReplacement(db, id, now()), ["paused"], { id, wish: "paused" });
    return { status: 200, body: await described(db, id, now()) };
  };
}

export function resumeReplacementHandler({ db, now }: Tools): Handler<Operations["resumeReplacement"]> {
  return async ({ params: { id } }) => {
    await wantedReplacement(db, id);
    refuseUnless(await resumeReplacement(db, id, now()), ["running"], { id, wish: "resumed" });
    return { status: 200, body: await described(db, id, now()) };
  };
}

export function cancelReplacementHandler({ db, now }: Tools): Handler<Operations["cancelReplacement"]> {
  return async ({ params: { id } }) => {
    await wantedReplacement(db, id);
    refuseUnless(await cancelReplacement(db, id, now()), ["cancelled"], { id, wish: "cancelled" });
    return { status: 200, body: await described(db, id, now()) };
  };
}

/** @throws {Refusal} `replacement-state` */
const refuseUnless = (
  change: ReplacementChange,
  asGood: readonly ReplacementChange["was"][],
  { id, wish }: { readonly id: string; readonly wish: "started" | "paused" | "resumed" | "cancelled" },
) =>
  refuseUnchanged(change, asGood, {
    code: "replacement-state",
    what: `Replacement ${id}`,
    wish,
    next: {
      draft: "It is not started yet.",
      cancelled: "That is for good: begin another one.",
      done: "It has been through its certificates.",
    },
  });

const described = async (db: Db, id: string, now: Instant) =>
  describeReplacement(db, await wantedReplacement(db, id), now);
