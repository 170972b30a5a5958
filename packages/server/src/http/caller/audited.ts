import { problemTypes } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { isDatabaseAway } from "../../store/database-away.ts";
import { noteAction, noteOutcome, noteRefused } from "../../store/write/audit.ts";
import { Refusal } from "../refusal.ts";
import type { AccessRefusal, Caller, EdgeCaller } from "./caller.ts";

interface Action {
  readonly caller: Exclude<Caller, EdgeCaller>;
  readonly address: string | null;
  /** The operation's id. */
  readonly action: string;
  readonly params?: unknown;
  readonly body?: unknown;
}

/** Does what `act` does, noted in the audit log before it begins, and again with its answer's status. */
export async function withOutcomeNoted<Answer extends { readonly status: number }>(
  { db, now }: { readonly db: Db; readonly now: () => Instant },
  { caller: { via, who }, address, action, params, body }: Action,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const noted = { via, who, address, action, about: aboutOf(params, body) };
  const id = await noteAction(db, noted, { now: now(), status: null });
  try {
    const answer = await act();
    await noteIfWeCan(db, id, answer.status);
    return answer;
  } catch (error) {
    await noteIfWeCan(db, id, error instanceof Refusal ? problemTypes[error.code].status : 500);
    throw error;
  }
}

/** Notes a call that was not let in: who tries what they may not do is told like what they do. */
export async function noteRefusal(
  { db, now }: { readonly db: Db; readonly now: () => Instant },
  { by, code }: AccessRefusal,
  call: { readonly address: string | null; readonly action: string; readonly params: unknown },
): Promise<void> {
  const { address, action, params } = call;
  await noteRefused(
    db,
    { ...by, address, action, about: aboutOf(params, null) },
    { now: now(), status: problemTypes[code].status },
  );
}

/** What was done is answered as done, although the database went away after it: the log says that its end is not known. */
async function noteIfWeCan(db: Db, id: string, status: number): Promise<void> {
  try {
    await noteOutcome(db, id, status);
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
  }
}

const longestAbout = 1_000;

/**
 * What the path names, else the name that the body gives to what is made. Never more of a body: it may hold
 * secrets. PostgreSQL has no NUL in a text, and what is refused was not looked at before.
 */
function aboutOf(params: unknown, body: unknown): string | null {
  const named = Object.values((params ?? {}) as Readonly<Record<string, string>>);
  const { name } = (body ?? {}) as { readonly name?: unknown };
  const about = named.length > 0 ? named.join("/") : typeof name === "string" ? name : null;
  return about === null ? null : about.replaceAll("\0", "").slice(0, longestAbout).toLowerCase();
}
