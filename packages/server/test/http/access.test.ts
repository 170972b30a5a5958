/** Who may call what, and the form of every refusal. */

import { text } from "node:stream/consumers";
import {
  type Operation,
  type OperationId,
  operations,
  problemTypes,
  problemTypeUri,
  type Scope,
} from "@certmill/api";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashBearerToken } from "../../src/http/caller/bearer-token.ts";
import { insertToken } from "../../src/store/write/tokens.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";

let api: TestApi;
const tokens: Record<Scope, string> = {
  admin: "a-token",
  tenant: "t-token",
  edge: "e-token",
  status: "s-token",
};

beforeAll(async () => {
  api = await openTestApi();
  for (const scope of ["admin", "tenant", "edge", "status"] as const) {
    const token = {
      name: `the ${scope}`,
      hash: hashBearerToken(tokens[scope]),
      scope,
      tenant: scope === "tenant" || scope === "status" ? "acme" : null,
      edgeGroup: scope === "edge" ? "default" : null,
      expiresAt: null,
    };
    await insertToken(api.db, token, start);
  }
});
afterAll(async () => api[Symbol.asyncDispose]());

async function ask(operation: Operation, headers: Record<string, string>, payload?: string) {
  const url = operation.path.replaceAll(/\{\w+\}/g, "999999");
  const json = payload === undefined ? {} : { payload };
  const asked = { method: operation.method, url, headers, ...json };
  const answer = await api.app.inject({ ...asked, payloadAsStream: true });
  const isProblem = String(answer.headers["content-type"]).startsWith("application/problem+json");
  const body = answer.stream();
  const problem = isProblem ? JSON.parse(await text(body)) : null;
  // Some answers go on for ever.
  body.destroy();
  return { status: answer.statusCode, headers: answer.headers, problem };
}

const everyOperation = Object.entries<Operation>(operations) as [OperationId, Operation][];
const guarded = everyOperation.filter(([, { scopes }]) => scopes.length > 0);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe.each(guarded)("%s", (_, operation) => {
  test("needs a token", async () => {
    const { status, headers, problem } = await ask(operation, {});
    expect([status, problem.code]).toEqual([401, "token-missing"]);
    expect(headers["www-authenticate"]).toContain("Bearer");
    expect((await ask(operation, bearer("unknown"))).problem.code).toBe("token-rejected");
  });

  test("lets in its scopes and names them to others", async () => {
    for (const scope of ["admin", "tenant", "edge", "status"] as const) {
      const { status, problem } = await ask(operation, bearer(tokens[scope]));
      const allowed = operation.scopes.includes(scope);
      expect([scope, status === 403]).toEqual([scope, !allowed]);
      expect(problem?.code === "scope-insufficient").toBe(!allowed);
      if (!allowed) expect(problem.detail).toContain(`this needs ${operation.scopes.join(" or ")}`);
    }
  });
});

test("a token ends when it expires or is revoked", async () => {
  const stored = { name: "short", scope: "admin" as const, tenant: null, edgeGroup: null };
  await insertToken(api.db, { ...stored, hash: hashBearerToken("short"), expiresAt: start }, start);
  expect((await ask(operations.listCas, bearer("short"))).problem.code).toBe("token-rejected");
  const id = await insertToken(api.db, { ...stored, hash: hashBearerToken("gone"), expiresAt: null }, start);
  expect((await ask(operations.listCas, bearer("gone"))).status).toBe(200);
  await api.app.inject({ method: "DELETE", url: `/v1/tokens/${id}`, headers: bearer("a-token") });
  expect((await ask(operations.listCas, bearer("gone"))).problem.code).toBe("token-rejected");
});

const admin = { ...bearer("a-token"), "content-type": "application/json" };

test("every fault of a request is told with its place", async () => {
  const payload = JSON.stringify({
    name: 7,
    contact: "x",
    termsAgreed: true,
    eab: { keyId: "" },
    surprise: 1,
  });
  const { status, problem } = await ask(operations.addCa, admin, payload);
  expect(status).toBe(400);
  expect(problem).toMatchObject({ code: "invalid-request", type: problemTypeUri("invalid-request") });
  const paths = problem.errors.map(({ path }: { path: string }) => path);
  expect(new Set(paths)).toEqual(
    new Set(["/name", "/contact", "/directory", "/eab/keyId", "/eab/hmacKey", "/surprise"]),
  );
  const query = await api.app.inject({ url: "/v1/domains?limit=0&state=odd&tenent=x", headers: admin });
  expect(query.json().errors).toEqual(
    expect.arrayContaining([
      { path: "query/limit", message: "It must be >= 1." },
      {
        path: "query/state",
        message:
          "It must be one of waiting, queued, issuing, delivering, active, failing, paused, failed, moved, removed.",
      },
      { path: "query/tenent", message: "There is no such property or parameter." },
    ]),
  );
});

test.each([
  ["no body", undefined, 400, "invalid-request"],
  ["a body that is no JSON", "{", 400, "invalid-request"],
  ["an empty body", "", 400, "invalid-request"],
  ["a body that is too large", JSON.stringify({ name: "x".repeat(5_000_000) }), 413, "body-too-large"],
])("%s is refused", async (_, payload, status, code) => {
  const answer = await ask(operations.addCa, admin, payload);
  expect([answer.status, answer.problem.code]).toEqual([status, code]);
});

test("another media type, another address, a broken address", async () => {
  const headers = { ...admin, "content-type": "text/plain" };
  expect((await ask(operations.addCa, headers, "x")).problem.code).toBe("body-not-json");
  const nowhere = await api.app.inject({ url: "/v1/nowhere", headers: admin });
  expect([nowhere.statusCode, nowhere.json().code]).toEqual([404, "not-found"]);
  const broken = await api.app.inject({ url: "/v1/domains/%zz", headers: admin });
  expect([broken.statusCode, broken.json().code]).toEqual([400, "invalid-request"]);
});

test("a fault of ours is an internal problem that tells no secrets", async () => {
  await using broken = await openTestApiOn(api.database, {
    metrics: async () => {
      throw new Error("the password is x");
    },
  });
  const answer = await broken.app.inject({ url: "/metrics" });
  expect([answer.statusCode, answer.json().code]).toEqual([500, "internal"]);
  expect(answer.body).not.toContain("password");
});

test("without its database the API says so and when to come again", async () => {
  await using away = await openTestApi();
  const ask = () => away.app.inject({ url: "/v1/cas", headers: admin });
  expect((await ask()).statusCode).toBe(401);
  await away.database.close();
  const answer = await ask();
  expect([answer.statusCode, answer.json().code]).toEqual([503, "database-unavailable"]);
  expect(answer.headers["retry-after"]).toBe("5");
  expect((await away.app.inject({ url: "/livez" })).statusCode).toBe(200);
});

test("every problem type has a remedy and a status that is an error's", () => {
  for (const { status, title, remedy } of Object.values(problemTypes)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title).not.toMatch(/\.$/);
    expect(remedy).toMatch(/\.$/);
  }
});

test("the database is left as it was by all these refusals", async () => {
  const { rows } = await sql<{
    n: string;
  }>`select (select count(*) from ca) + (select count(*) from event) as n`.execute(api.db);
  expect(rows).toEqual([{ n: "0" }]);
});
