import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addEmbedPages } from "../../src/http/pages/embed-pages.ts";

const directory = join(import.meta.dirname, "../../../console/embed");
let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  await addEmbedPages(app, directory);
});
afterAll(() => app.close());

const get = (url: string) => app.inject({ url });

test("any page may load the element's file", async () => {
  const { statusCode, headers, body } = await get("/embed/certmill-domain-status.js");
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    "content-type": "application/javascript; charset=utf-8",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
  });
  expect(body).toBe(await readFile(join(directory, "certmill-domain-status.js"), "utf8"));
});

test("the demo may load its own files only, and has nothing inline", async () => {
  const { statusCode, headers, body } = await get("/embed/");
  expect(statusCode).toBe(200);
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
  for (const [, file] of body.matchAll(/(?:src|href)="([^"]+)"/g))
    expect((await get(`/embed/${file}`)).statusCode).toBe(200);
  expect((await get("/embed")).headers.location).toBe("/embed/");
});

test("nothing else is there", async () => {
  for (const path of ["/embed/nothing.js", "/embed/../package.json", "/embed/..%2fpackage.json"])
    expect((await get(path)).statusCode, path).toBe(404);
});

test("the element is one file that loads nothing, and puts no markup in", async () => {
  const source = await readFile(join(directory, "certmill-domain-status.js"), "utf8");
  expect(source).not.toMatch(/^\s*import\s|\bimport\(|innerHTML|insertAdjacentHTML|document\.write/m);
});
