/** Mass replacements from a draft to their end, on a real database, with certificates that no CA issued. */
import { operations } from "@certmill/api";
import { after, days, hours, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { failDue, issueDue } from "./issue-directly.ts";
import { codeOf, problemOf } from "./refused.ts";
import { name, names, useReplacements } from "./use-replacements.ts";

const given = useReplacements();
const { enrol, feed, now, pass, serialOf } = given;

const create = (body: object) => given.admin.call(operations.createReplacement, { body });
const begin = (id: string) => given.admin.call(operations.startReplacement, { params: { id } });
const show = (id: string) => given.admin.call(operations.showReplacement, { params: { id } });

const eventsOf = async (kind: string) =>
  (await sql<{ detail: unknown }>`select detail from event where kind = ${kind}`.execute(given.db)).rows;

describe("a draft", () => {
  test("tells what it would come to, and does nothing", async () => {
    await enrol(names(3));
    await enrol(["elsewhere.com"], "other");
    const draft = await create({ select: { ca: "le" } });
    expect(draft).toMatchObject({
      state: "draft",
      reason: "superseded",
      thenRevoke: false,
      select: { ca: "le", issuer: null, key: null, profile: null },
      certificates: { total: 3, replaced: 0, waiting: 0 },
      plan: { certificates: 3, shares: [{ ca: "le", certificates: 3, exempt: 3, basis: "requests" }] },
    });
    await feed();
    expect(await planRound(given.db, { limit: 100, now: now() })).toMatchObject({ orders: 0 });
  });

  test.each([
    ["a common name", { issuer: "Test" }, 4],
    ["a whole issuer", { issuer: "CN=Test" }, 4],
    ["an issuer that is none", { issuer: "est" }, 0],
    ["all that is named", { issuer: "Test", ca: "other" }, 1],
    ["a profile that nothing has", { profile: "shortlived" }, 0],
  ])("selects by %s", async (_, select, count) => {
    await enrol(names(3));
    await enrol(["elsewhere.com"], "other");
    const { id, certificates } = await create({ select });
    expect(certificates.total).toBe(count);
    if (count === 0) expect(await codeOf(begin(id))).toBe("replacement-empty");
  });

  test("takes a list of serial numbers, however they are written and however often", async () => {
    const [first = "", second = ""] = await enrol(names(3));
    const { id } = await create({});
    const params = { id };
    const serials = [`0x00${await serialOf(first)}`, await serialOf(second), "beef", "no number"];
    for (let again = 0; again < 2; again += 1) {
      expect(
        await given.admin.call(operations.addReplacementCertificates, { params, body: { serials } }),
      ).toEqual({
        listed: 2,
        notHeld: [],
        unknown: ["beef", "no number"],
      });
    }
    expect(await show(id)).toMatchObject({ select: null, plan: { certificates: 2 } });
    await begin(id);
    const late = given.admin.call(operations.addReplacementCertificates, { params, body: { serials } });
    expect(await codeOf(late)).toBe("replacement-state");
    await feed();
    expect(await issueDue(given.db, now())).toHaveLength(2);
    pass(minutes(2));
    await feed();
    expect(await show(id)).toMatchObject({ state: "done", certificates: { total: 2, replaced: 2 } });
  });

  test("does not list what is held no more", async () => {
    const [old = ""] = await enrol([name(0)]);
    await given.admin.call(operations.retryDomain, { params: { name: name(0) } });
    await issueDue(given.db, now());
    const { id } = await create({});
    const serial = await serialOf(old);
    const sent = { params: { id }, body: { serials: [serial] } };
    expect(await given.admin.call(operations.addReplacementCertificates, sent)).toMatchObject({
      listed: 0,
      notHeld: [serial],
    });
  });

  test("a key that nobody has, a CA that is none and a selection of nothing are refused", async () => {
    expect((await problemOf(create({ select: { key: "beef" } }))).errors?.[0]?.path).toBe("/select/key");
    expect(await codeOf(create({ select: { ca: "none" } }))).toBe("ca-missing");
    expect(await codeOf(create({ select: {} }))).toBe("invalid-request");
    expect(await codeOf(show("77"))).toBe("not-found");
    expect(await codeOf(show("x"))).toBe("not-found");
  });
});

describe("a replacement", () => {
  test("has so many ordered at a time that the line is never long, as emergencies, until all are replaced", async () => {
    await enrol(names(60));
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    expect((await begin(id)).state).toBe("running");
    const released: number[] = [];
    for (let step = 0; step < 30 && (await show(id)).state === "running"; step += 1) {
      await feed();
      const issued = await issueDue(given.db, now());
      released.push(issued.length);
      pass(step < 20 ? seconds(1) : minutes(1));
    }
    // Ten orders in flight at the CA, of which an emergency has eight.
    expect(Math.max(...released)).toBe(8);
    expect(await show(id)).toMatchObject({
      state: "done",
      sentence: "All of its certificates are replaced.",
      certificates: { total: 60, replaced: 60, underway: 0, failing: 0, waiting: 0, dropped: 0 },
    });
    const { rows } = await sql`
      select class, exemption, replaces is not null as replaces, count(*)::integer from issuance
      where class <> 'interactive' group by 1, 2, 3`.execute(given.db);
    expect(rows).toEqual([{ class: "emergency", exemption: "same-set", replaces: true, count: 60 }]);
    expect(await eventsOf("replacement.done")).toHaveLength(1);
    expect(await eventsOf("replacement.due")).toHaveLength(60);
  });

  test("leaves a customer who comes meanwhile an order in the next round", async () => {
    await enrol(names(40));
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    await planRound(given.db, { limit: 100, now: now() });
    await given.admin.call(operations.addDomain, { body: { name: "new.com", ca: "le" } });
    await planRound(given.db, { limit: 100, now: now() });
    const claimed = await claimIssuances(given.db, { limit: 100, lease: minutes(1), now: now() });
    expect(claimed.map(({ workClass }) => workClass).sort()).toEqual([
      ...Array(8).fill("emergency"),
      "interactive",
    ]);
  });

  test("what fails is told, is tried again by its own schedule, and does not end it", async () => {
    await enrol(names(2));
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    await failDue(given.db, now(), { cause: "dns", retryAt: after(now(), hours(2)) });
    pass(minutes(2));
    await feed();
    expect(await show(id)).toMatchObject({
      state: "running",
      sentence: "What is left fails for now, and is tried again.",
      certificates: { failing: 2, underway: 0 },
    });
    pass(hours(2));
    expect(await issueDue(given.db, now())).toHaveLength(2);
    await feed();
    expect(await show(id)).toMatchObject({ state: "done", certificates: { replaced: 2 } });
  });

  test("has ended where nobody tries any more what is left", async () => {
    await enrol(names(2));
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    await given.admin.call(operations.removeDomain, { params: { name: name(0) } });
    await failDue(given.db, now(), { cause: "name-rejected", retryAt: null });
    await sql`update lineage set wake_at = null`.execute(given.db);
    pass(minutes(2));
    await feed();
    expect(await show(id)).toMatchObject({
      state: "done",
      sentence: expect.stringContaining("not all could be replaced"),
      certificates: { replaced: 0, failing: 1, dropped: 1 },
    });
  });

  test("tries at once what had failed and would rest for days", async () => {
    await enrol([name(0)]);
    await given.admin.call(operations.retryDomain, { params: { name: name(0) } });
    await failDue(given.db, now(), { cause: "name-rejected", retryAt: null });
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    expect(await issueDue(given.db, now())).toHaveLength(1);
  });

  test("pauses, goes on, and is cancelled: the rest is renewed in its time", async () => {
    await enrol(names(60));
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    await given.admin.call(operations.pauseReplacement, { params: { id } });
    const paused = await show(id);
    expect(paused).toMatchObject({ state: "paused", certificates: { total: 60, underway: 40, waiting: 20 } });
    for (let step = 0; step < 10; step += 1) {
      await issueDue(given.db, now());
      pass(seconds(1));
      await feed();
    }
    expect(await show(id)).toMatchObject({ certificates: { replaced: 40, waiting: 20 } });
    expect(await given.admin.call(operations.resumeReplacement, { params: { id } })).toMatchObject({
      state: "running",
    });
    await feed();
    expect(await show(id)).toMatchObject({ certificates: { replaced: 40, underway: 20 } });
    await given.admin.call(operations.cancelReplacement, { params: { id } });
    await feed();
    expect(await show(id)).toMatchObject({
      state: "cancelled",
      certificates: { total: 60, replaced: 40, underway: 0, waiting: 0 },
    });
    expect(await codeOf(given.admin.call(operations.resumeReplacement, { params: { id } }))).toBe(
      "replacement-state",
    );
    const { items } = await given.admin.call(operations.listReplacements, { query: { limit: 1 } });
    expect(items.map((each) => each.id)).toEqual([id]);
  });

  test("a renewal that is under way counts, and is not ordered twice", async () => {
    await enrol([name(0)]);
    await given.admin.call(operations.retryDomain, { params: { name: name(0) } });
    await planRound(given.db, { limit: 10, now: now() });
    const { id } = await create({ select: { ca: "le" } });
    await begin(id);
    await feed();
    expect(await issueDue(given.db, now())).toHaveLength(1);
    pass(minutes(2));
    await feed();
    expect(await show(id)).toMatchObject({ state: "done", certificates: { replaced: 1 } });
    expect(await issueDue(given.db, now())).toHaveLength(0);
  });
});

describe("a key that is no good", () => {
  /** Gives certificates one key. */
  const share = (ids: readonly string[], key: string) =>
    sql`update certificate set spki = ${key} where id = any(${[...ids]}::bigint[])`.execute(given.db);
  const key = "ab".repeat(32);

  test("all certificates of a key are replaced, named by one of them, those that come later too", async () => {
    const ids = await enrol(names(4));
    await share(ids.slice(0, 3), key);
    const draft = await create({ select: { key: await serialOf(ids[0] ?? "") }, reason: "keyCompromise" });
    expect(draft).toMatchObject({ select: { key }, refusesKeys: true, certificates: { total: 3 } });
    await begin(draft.id);
    await feed();
    expect(await issueDue(given.db, now())).toHaveLength(3);
    // A renewal that was under way came with the same key.
    await share([ids[3] ?? ""], "cd".repeat(32));
    await given.admin.call(operations.retryDomain, { params: { name: name(3) } });
    await share(await issueDue(given.db, now()), key);
    pass(minutes(2));
    await feed();
    expect(await show(draft.id)).toMatchObject({ state: "running", certificates: { total: 4, replaced: 3 } });
    expect(await issueDue(given.db, now())).toHaveLength(1);
    pass(minutes(2));
    await feed();
    expect(await show(draft.id)).toMatchObject({ state: "done", certificates: { total: 4, replaced: 4 } });
    expect(await given.db.selectFrom("refused_key").select(["spki", "reason"]).execute()).toEqual([
      { spki: key, reason: "keyCompromise" },
    ]);
  });

  test("with a certificate whose key is compromised all others of that key are replaced", async () => {
    const ids = await enrol(names(3));
    await share(ids.slice(0, 2), key);
    const { id } = await create({ reason: "keyCompromise" });
    const serials = [await serialOf(ids[0] ?? "")];
    await given.admin.call(operations.addReplacementCertificates, { params: { id }, body: { serials } });
    await begin(id);
    await feed();
    expect(await show(id)).toMatchObject({ certificates: { total: 2, underway: 2 } });
  });

  test("without a compromise keys are not refused", async () => {
    await enrol(names(1));
    const { id } = await create({ select: { ca: "le" }, reason: "superseded" });
    await begin(id);
    await feed();
    expect(await given.db.selectFrom("refused_key").selectAll().execute()).toEqual([]);
  });
});

test("what has been replaced on the way from draft to start is not replaced again", async () => {
  await enrol(names(2));
  const { id } = await create({});
  const { items } = await given.admin.call(operations.listCertificates, { query: {} });
  const serials = items.map(({ serial }) => serial);
  await given.admin.call(operations.addReplacementCertificates, { params: { id }, body: { serials } });
  await given.admin.call(operations.retryDomain, { params: { name: name(0) } });
  await issueDue(given.db, now());
  pass(days(1));
  await begin(id);
  await feed();
  expect(await show(id)).toMatchObject({ certificates: { total: 2, replaced: 1, underway: 1 } });
});
