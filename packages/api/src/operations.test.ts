import { expect, test } from "vitest";
import { openapiDocument } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { operations } from "./operations.ts";

const all = Object.entries<Operation>(operations);

test.each(all)("%s has its id, its path's parameters and sentences", (key, operation) => {
  expect(operation.id).toBe(key);
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(operation.params?.properties ?? {})).toEqual(inPath);
  expect(operation.summary).not.toMatch(/\.$/);
  expect(operation.description).toMatch(/[.?]$/);
});

test("no two operations share method and path", () => {
  const routes = all.map(([, { method, path }]) => `${method} ${path}`);
  expect(new Set(routes).size).toBe(routes.length);
});

test("what a client sends is closed, so that a misspelt property is refused", () => {
  for (const [, { query, body }] of all) {
    for (const schema of [query, body]) {
      if (schema !== undefined) expect(schema).toMatchObject({ additionalProperties: false });
    }
  }
});

test("only the operations for edges and exports answer with a key", () => {
  const withKeys = all.filter(([, { responses }]) => JSON.stringify(responses).includes('"keyPem"'));
  expect(withKeys.map(([id, { scopes }]) => [id, scopes])).toEqual([
    ["exportCertificate", ["admin"]],
    ["edgeCertificate", ["edge"]],
    ["edgeCertificates", ["edge"]],
  ]);
});

test("the OpenAPI document has every operation and is the same each time", () => {
  const document = openapiDocument("1.2.3");
  const ids = [...JSON.stringify(document).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  expect(new Set(ids)).toEqual(new Set(Object.keys(operations)));
  expect(JSON.stringify(openapiDocument("1.2.3"))).toBe(JSON.stringify(document));
});
