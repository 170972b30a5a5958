import type { Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findOperator, hasOperators, type OperatorRow } from "../../store/read/operators.ts";
import { noteAction } from "../../store/write/audit.ts";
import { endSession } from "../../store/write/sessions.ts";
import { countAttempt, forgetAttempts } from "../../store/write/sign-in-pace.ts";
import type { SignInPorts } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { CameFrom, Handler } from "../routes.ts";
import { countedFor, nameKey } from "../sign-in/attempt-limits.ts";
import { beginSession, presentSession } from "../sign-in/begin-session.ts";
import { demandConsole } from "../sign-in/console-site.ts";
import { isPassword } from "../sign-in/password.ts";
import { setSessionCookie } from "../sign-in/session-cookie.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly signIn: SignInPorts;
}

export function signInHandler({ db, now, signIn }: Tools): Handler<Operations["signIn"]> {
  return async ({ body, from: cameFrom }) => {
    const from = cameFrom();
    const site = demandConsole(from.headers, from.site);
    if (!signIn.local) throw new Refusal("sign-in-off", "Nobody signs in here with a password.");
    const name = body.name.trim().toLowerCase();
    await demandPace(db, { name, address: from.address, now: now() });
    const operator = await findOperator(db, name);
    const isRight = await isPassword(body.password, operator?.password ?? null);
    const begun =
      operator !== null && isRight
        ? await beginSession(db, personOf(operator, from), { site, now: now(), terms: signIn.terms })
        : null;
    // Of a name that nobody has nothing is kept: people type passwords there.
    const noted = { who: operator?.name ?? "", address: from.address, action: "signIn", about: null };
    if (begun === null) {
      await noteAction(db, { ...noted, via: "nobody" }, { now: now(), status: 401 });
      throw new Refusal("sign-in-refused", "Nobody has this name and this password.");
    }
    await noteAction(db, { ...noted, via: "local" }, { now: now(), status: 200 });
    await forgetAttempts(db, nameKey(name));
    return { status: 200, body: presentSession(begun.row, signIn.terms, now()), cookie: begun.cookie };
  };
}

/** @throws {Refusal} `sign-in-throttled` */
async function demandPace(
  db: Db,
  { name, address, now }: { readonly name: string; readonly address: string | null; readonly now: Instant },
): Promise<void> {
  const attempt = await countAttempt(db, countedFor(address, name), now);
  if (attempt.kind === "allowed") return;
  const retryAfter = Math.max(1, Math.ceil((attempt.retryAt - now) / 1_000));
  throw new Refusal(
    "sign-in-throttled",
    `There were too many attempts of late; the next is taken in ${retryAfter} s.`,
    { retryAfter },
  );
}

const longestAgent = 300;

const personOf = (operator: OperatorRow, { address, headers }: CameFrom) => ({
  method: "local" as const,
  operator,
  who: operator.name,
  displayName: operator.display_name,
  role: operator.role,
  tenantId: operator.tenant_id,
  address,
  userAgent: headers["user-agent"]?.slice(0, longestAgent) ?? null,
});

export function showSessionHandler({
  now,
  signIn,
}: Pick<Tools, "now" | "signIn">): Handler<Operations["showSession"]> {
  return async ({ caller }) => ({ status: 200, body: presentSession(caller.session, signIn.terms, now()) });
}

export function signOutHandler({ db, signIn }: Tools): Handler<Operations["signOut"]> {
  return async ({ caller: { session }, from }) => {
    const { site } = from();
    await endSession(db, session.id);
    const providerUrl = session.method === "oidc" ? ((await signIn.oidc?.endUrl()) ?? null) : null;
    const gone = site === null ? {} : { cookie: setSessionCookie(site, "", 0) };
    return { status: 200, body: { providerUrl }, ...gone };
  };
}

export function showSignInOptionsHandler({ db, signIn }: Tools): Handler<Operations["showSignInOptions"]> {
  return async () => ({
    status: 200,
    body: {
      local: signIn.local && (await hasOperators(db)),
      oidc: signIn.oidc === null ? null : { name: signIn.oidc.name, startPath: "/auth/oidc/start" },
    },
  });
}
