import { builtInDirectories, type Ca, type NewCa, type Operations } from "@certmill/api";
import { type Instant, limitSetOf } from "@certmill/domain";
import { insertCa } from "../../store/accounts.ts";
import type { Db } from "../../store/database.ts";
import { type CaRow, findCa, findCaOfAccount, listCas } from "../../store/read/cas.ts";
import { findAnswer } from "../../store/write/answer-once.ts";
import { changeCa, hasPool } from "../../store/write/cas.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { AccountOutcome, AccountRequest, MakeAccount } from "../ports.ts";
import { caState, statusPage } from "../present/ca-state.ts";
import { instantText } from "../present/instant-text.ts";
import { limitSetOfRow } from "../present/limit-rules.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { repeatedAnswer, withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly makeAccount: MakeAccount;
}

export function addCaHandler({ db, now, makeAccount }: Tools): Handler<Operations["addCa"]> {
  return async ({ body, repeatable }) => {
    // Looked at before the CA is asked, so that a repetition makes no second account there.
    const given = repeatable === null ? null : await findAnswer(db, repeatable);
    if (given !== null) return repeatedAnswer<Operations["addCa"]>(given);
    const taken = (): Refusal => new Refusal("ca-exists", `The name "${body.name}" is taken.`);
    if ((await findCa(db, body.name)) !== null) throw taken();
    const request = accountRequest(body);
    const { account, caaIdentities, profiles } = accountOf(await makeAccount(request), body);
    return withAnswerKept<Operations["addCa"]>(db, repeatable, now(), async (trx) => {
      const same =
        request.keyPem === null ? null : await findCaOfAccount(trx, request.directoryUrl, account.url);
      if (same !== null) throw new Refusal("ca-exists", `"${same}" has that account already.`);
      const ca = {
        name: body.name,
        directoryUrl: request.directoryUrl,
        rootPem: request.rootPem,
        namePolicy: body.allowPrivateNames === true ? ("private" as const) : ("public" as const),
        maxOrdersInFlight: body.maxOrdersInFlight ?? 64,
        makeDefault: body.default ?? false,
        weight: body.weight ?? null,
        limitSet: body.limits ?? limitSetOf(new URL(request.directoryUrl).hostname),
        caaIdentities: body.caaIdentities ?? caaIdentities,
        profiles,
        profile: body.profile ?? null,
        account,
      };
      demandOffered(ca.profile, ca);
      if ((await insertCa(trx, ca, now())) === null) throw taken();
      if (!(await hasPool(trx))) throw noPool();
      const row = await findCa(trx, body.name);
      if (row === null) throw new Error("A CA vanished right after it was stored.");
      return { status: 201, body: present(row, now()) };
    });
  };
}

/** CAs without any weight would leave every domain that names none without a certificate. */
const noPool = (): Refusal =>
  oneFault("/weight", "Then no CA has a weight, and domains that name no CA get no certificate.");

/** @throws {Refusal} `invalid-request` */
function demandOffered(
  profile: string | null | undefined,
  { name, profiles }: Pick<CaRow, "name"> & { readonly profiles: readonly string[] },
): void {
  if (profile == null || profiles.includes(profile)) return;
  const known = profiles.length === 0 ? "It has none." : `It has: ${profiles.join(", ")}.`;
  throw oneFault("/profile", `"${name}" offers no such profile. ${known}`);
}

export function changeCaHandler({ db, now }: Pick<Tools, "db" | "now">): Handler<Operations["changeCa"]> {
  return async ({ params: { name }, body }) =>
    db.transaction().execute(async (trx) => {
      const ca = await findCa(trx, name);
      if (ca === null) throw new Refusal("not-found", `There is no CA "${name}".`);
      const { weight, limits: limitSet, caaIdentities, profile, maxOrdersInFlight } = body;
      demandOffered(profile, ca);
      const change = {
        weight,
        limitSet,
        caaIdentities,
        profile,
        maxOrdersInFlight,
        makeDefault: body.default === true,
      };
      await changeCa(trx, ca.id, change, now());
      if (!(await hasPool(trx))) throw noPool();
      return { status: 200, body: present((await findCa(trx, name)) ?? ca, now()) };
    });
}

export function listCasHandler({ db, now }: Pick<Tools, "db" | "now">): Handler<Operations["listCas"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("cas", 1, after)?.[0] ?? null;
    const rows = await listCas(db, { after: cursor, limit: limit + 1 });
    const at = now();
    return {
      status: 200,
      body: pageOf(
        rows,
        limit,
        (row) => present(row, at),
        ({ name }) => encodeCursor("cas", [name]),
      ),
    };
  };
}

const isBuiltIn = (name: string): name is keyof typeof builtInDirectories =>
  Object.hasOwn(builtInDirectories, name);

function accountRequest({
  directory,
  contact,
  termsAgreed,
  eab,
  rootPem,
  accountKey,
}: NewCa): AccountRequest {
  const directoryUrl = isBuiltIn(directory) ? builtInDirectories[directory] : directory;
  if (!URL.canParse(directoryUrl) || !/^https?:$/.test(new URL(directoryUrl).protocol)) {
    const names = Object.keys(builtInDirectories).join(", ");
    throw oneFault("/directory", `It must be an http or https URL, or one of ${names}.`);
  }
  return {
    directoryUrl,
    rootPem: rootPem ?? null,
    contact: contact.map((address) => (address.startsWith("mailto:") ? address : `mailto:${address}`)),
    termsAgreed,
    binding: eab ?? null,
    keyPem: accountKey ?? null,
  };
}

/** @throws {Refusal} when the CA made no account. */
function accountOf(outcome: AccountOutcome, { name }: NewCa) {
  switch (outcome.kind) {
    case "made":
      return outcome;
    case "terms":
      throw new Refusal("terms-not-agreed", `"${name}" has terms of service, at ${outcome.url}.`, {
        termsOfService: outcome.url,
      });
    case "binding-required":
      throw new Refusal("account-binding-required", `"${name}" makes accounts only for its own customers.`);
    case "bad-key":
      throw oneFault("/accountKey", `It must be a private key as PEM: ${outcome.detail}.`);
    case "closed":
      throw new Refusal("ca-refused", `The CA says that the account is ${outcome.status}.`);
    case "refused":
      throw new Refusal("ca-refused", `The CA said: ${outcome.problem.detail}.`);
    case "unreachable":
      throw new Refusal("ca-unreachable", `No account was made: ${outcome.detail}.`);
  }
}

function present(row: CaRow, now: Instant): Ca {
  return {
    name: row.name,
    directory: row.directory_url,
    allowPrivateNames: row.name_policy === "private",
    maxOrdersInFlight: row.max_orders_in_flight,
    default: row.is_default,
    weight: row.weight,
    limits: limitSetOfRow(row),
    caaIdentities: row.caa_identities,
    profile: row.profile,
    profiles: row.profiles,
    ...caState(row, now),
    statusPage: statusPage(row),
    accountUrl: row.account_url,
    accountThumbprint: row.account_thumbprint,
    contact: row.contact ?? [],
    createdAt: instantText(row.created_at),
  };
}
