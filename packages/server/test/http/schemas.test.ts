/** What is made of a schema is made when it is first needed: so all are looked at here, before a server of somebody's does it. */
import { isTextBody, type Operation, operations } from "@certmill/api";
import fastJson, { type Schema } from "fast-json-stringify";
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";

const all = Object.values<Operation>(operations);

test.each(all)("$id can be checked and answered", ({ params, query, body, responses }) => {
  for (const schema of [params, query, body]) {
    if (schema !== undefined) expect(Compile(schema).Check(null)).toBe(false);
  }
  for (const schema of Object.values(responses)) {
    if (!isTextBody(schema)) expect(fastJson(schema as Schema)).toBeTypeOf("function");
  }
});
