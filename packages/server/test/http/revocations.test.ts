/** Revocations that somebody asks for, on a real database, with certificates that no CA issued. */
import { operations } from "@certmill/api";
import { expect, test } from "vitest";
import { releaseServed } from "../../src/store/revocations.ts";
import { issueDue } from "./issue-directly.ts";
import { codeOf } from "./refused.ts";
import { name, names, useReplacements } from "./use-replacements.ts";

const given = useReplacements();
const { enrol, now, serialOf } = given;

test("only what has a successor is revoked, but for who says that it is to be at once", async () => {
  const [old = ""] = await enrol([name(0)]);
  const [other = ""] = await enrol([name(1)]);
  await given.admin.call(operations.retryDomain, { params: { name: name(0) } });
  await issueDue(given.db, now());
  const serials = [await serialOf(old), await serialOf(other), "beef"];
  const ask = (body: object) =>
    given.admin.call(operations.requestRevocations, { body: { serials, ...body } });
  const told = { accepted: 1, alreadyRevoked: 0, inUse: [serials[1]], unknown: ["beef"] };
  expect(await ask({ dryRun: true })).toEqual(told);
  expect(await given.admin.call(operations.countRevocations, {})).toMatchObject({ waiting: 0 });
  expect(await ask({})).toEqual(told);
  expect(await ask({ reason: "keyCompromise" })).toEqual(told);
  expect(await given.admin.call(operations.countRevocations, {})).toMatchObject({ waiting: 1, due: 0 });
  expect(await ask({ now: true })).toMatchObject({ accepted: 2, inUse: [] });
  const { items, next } = await given.admin.call(operations.listRevocations, {
    query: { state: "due", limit: 1 },
  });
  expect(items).toMatchObject([{ certificateId: old, reason: "superseded", state: "due", detail: null }]);
  const rest = await given.admin.call(operations.listRevocations, { query: { after: next ?? "", limit: 9 } });
  expect(rest.items.map(({ certificateId }) => certificateId)).toEqual([other]);
  expect(await codeOf(given.admin.call(operations.requestRevocations, { body: {} }))).toBe("invalid-request");
  expect(await codeOf(given.admin.call(operations.requestRevocations, { body: { replacement: "77" } }))).toBe(
    "not-found",
  );
});

test("a domain that is removed has its certificates revoked where that is wanted", async () => {
  const [kept = "", gone = ""] = await enrol(names(2));
  await given.admin.call(operations.removeDomain, { params: { name: name(1) }, query: { revoke: true } });
  await given.admin.call(operations.removeDomain, { params: { name: name(0) }, query: {} });
  const { items } = await given.admin.call(operations.listRevocations, { query: {} });
  expect(items).toMatchObject([{ certificateId: gone, reason: "cessationOfOperation", state: "waiting" }]);
  expect(await releaseServed(given.db, 10, now())).toBe(1);
  expect(await given.admin.call(operations.countRevocations, {})).toMatchObject({ waiting: 0, due: 1 });
  expect(kept).not.toBe(gone);
});
