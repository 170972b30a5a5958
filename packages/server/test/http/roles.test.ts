/** What somebody who has signed in may do: by their role, and by the tenant that they are bound to. */
import { isForTenants, isOpen, type Operation, operations, roleSuffices, roles } from "@certmill/api";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedInAs } from "./begin-directly.ts";
import { issueDue } from "./issue-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";

/** Nobody outside may learn of these: of another tenant, and in no request that is sent here. */
const hidden = ["hidden.other.example.net", "others-ltd"];
const foreign = "shop.other.example.net";

let api: TestApi;
let foreignCertificate: string;
beforeAll(async () => {
  api = await openTestApi({ check: async () => ({ findings: [], records: [] }), followPath: async () => [] });
  const admin = await api.as("admin");
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: ["ops@example.com"], termsAgreed: true },
  });
  await admin.call(operations.addDomain, {
    body: { name: foreign, aliases: ["hidden.other.example.net"], tenant: "others-ltd" },
  });
  await admin.call(operations.addDomain, { body: { name: "mine.example.com", tenant: "mine" } });
  await issueDue(api.db, start);
  const { items } = await admin.call(operations.listCertificates, { query: { domain: foreign } });
  foreignCertificate = items[0]?.id ?? "";
});
afterAll(async () => api[Symbol.asyncDispose]());

const everyOperation = Object.values<Operation>(operations);

/** With what is in the path replaced by something foreign. */
const pathOf = ({ id, path }: Operation): string =>
  (id === "followLive" ? `${path}?domain=${foreign}` : path)
    .replaceAll("{id}", foreignCertificate)
    .replaceAll("{name}", foreign)
    .replaceAll(/\{\w+\}/g, "1");

/** With what is in the path replaced by something that there is not. */
const noneOf = ({ id, path }: Operation): string =>
  // A stream that is let in does not end.
  id === "followLive" ? `${path}?domain=none.example.com` : path.replaceAll(/\{\w+\}/g, "999999");

/** For those whose body a tenant may send; what the others' would be is not looked at. */
const bodies: Readonly<Record<string, object>> = {
  changeDomain: { aliases: ["hidden.other.example.net"] },
  addDomain: { name: "new.other.example.net", tenant: "others-ltd" },
  addDomainBatch: {
    rows: [
      { line: 1, domain: foreign },
      { line: 2, domain: "new.other.example.net", tenant: "others-ltd" },
    ],
  },
};

test("each operation says who may do it, and one for people is not for edges", () => {
  for (const operation of everyOperation) {
    if (isOpen(operation)) continue;
    const isForEdges = operation.scopes.includes("edge");
    expect([operation.id, operation.role !== null]).toEqual([operation.id, !isForEdges]);
  }
});

describe.each(roles)("as %s", (role) => {
  test("one may do what the table says, and is told what it takes", async () => {
    for (const operation of everyOperation) {
      if (isOpen(operation)) continue;
      const browser = await signedInAs(api, { who: `some ${role}`, role });
      const answer = await browser.ask(
        operation.method,
        noneOf(operation),
        operation.body === undefined ? {} : { body: {} },
      );
      if (operation.role === null) {
        expect([operation.id, answer.statusCode, answer.json().code]).toEqual([
          operation.id,
          401,
          "token-missing",
        ]);
        continue;
      }
      const allowed = roleSuffices(role, operation.role);
      const { code, detail } = answer.statusCode >= 400 ? answer.json() : { code: null, detail: "" };
      expect([operation.id, code === "role-insufficient"]).toEqual([operation.id, !allowed]);
      if (!allowed) expect(detail).toContain(`is ${role}; this needs ${operation.role}`);
      expect([operation.id, answer.statusCode]).not.toEqual([operation.id, 401]);
    }
  });
});

test("bound to a tenant, one learns nothing of another and changes nothing there", async () => {
  const stateOf = async () =>
    (
      await sql`
        select row_to_json(lineage) as row from lineage
        union all select row_to_json(domain) from domain
        union all select row_to_json(tenant) from tenant`.execute(api.db)
    ).rows;
  const before = await stateOf();
  for (const operation of everyOperation.filter(({ role }) => role !== null)) {
    const { id, method } = operation;
    const browser = await signedInAs(api, { who: "customer", role: "admin", tenant: "mine" });
    const body = bodies[id] ?? {};
    const query = id === "listDomains" ? "?tenant=others-ltd&prefix=" : "";
    for (const path of [pathOf(operation) + query, pathOf(operation)]) {
      const answer = await browser.ask(method, path, operation.body === undefined ? {} : { body });
      const told = answer.body;
      if (!isForTenants(operation)) {
        expect([id, answer.statusCode, answer.json().code]).toEqual([id, 403, "role-insufficient"]);
      } else if (pathOf(operation) !== operation.path) {
        expect([id, answer.statusCode]).toEqual([id, 404]);
      }
      for (const name of hidden.filter((one) => !JSON.stringify(body).includes(one))) {
        expect([id, told.includes(name)]).toEqual([id, false]);
      }
      // A refusal says what was asked for.
      if (answer.statusCode === 200 && method === "GET") {
        expect([id, told.includes("other.example.net")]).toEqual([id, false]);
      }
    }
  }
  expect(await stateOf()).toEqual(before);
  const own = await signedInAs(api, { who: "customer", role: "support", tenant: "mine" });
  expect((await own.get("/v1/domains")).json().items.map(({ name }: { name: string }) => name)).toEqual([
    "mine.example.com",
  ]);
  expect((await own.get("/v1/domains/mine.example.com")).statusCode).toBe(200);
});

test("bound to a tenant, one's own domains are for that tenant without saying so", async () => {
  const own = await signedInAs(api, { who: "customer", role: "support", tenant: "mine" });
  const answer = await own.ask("POST", "/v1/domains", { body: { name: "second.example.com" } });
  expect([answer.statusCode, answer.json().tenant]).toEqual([201, "mine"]);
  const other = await own.ask("POST", "/v1/domains", {
    body: { name: "third.example.com", tenant: "others-ltd" },
  });
  expect([other.statusCode, other.json().code]).toEqual([403, "scope-insufficient"]);
});

test("the same Idempotency-Key gives the same session the same answer, and another session nothing of it", async () => {
  const ask = (browser: Awaited<ReturnType<typeof signedInAs>>) =>
    browser.ask("POST", "/v1/domains", {
      body: { name: "once.example.com" },
      headers: { "idempotency-key": "k" },
    });
  const first = await signedInAs(api, { who: "ann", role: "support" });
  const made = await ask(first);
  expect(made.statusCode).toBe(201);
  expect((await ask(first)).body).toBe(made.body);
  const second = await signedInAs(api, { who: "ben", role: "support" });
  expect((await ask(second)).json().code).toBe("domain-exists");
});
