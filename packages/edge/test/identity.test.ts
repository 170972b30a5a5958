/** An edge joins a real server, and comes with its own key from then on. */
import { readFile, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { type Client, operations } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../server/test/http/open-test-api.ts";
import { identityClient } from "../src/feed/identity-client.ts";
import { identityPath, type JoinOptions, joinServer } from "../src/identity/join-server.ts";
import { FileSeal } from "../src/install/file-seal.ts";
import type { EdgeEvent } from "../src/log/edge-event.ts";
import { temporaryDirectory } from "./support/running-agent.ts";

let api: TestApi;
let admin: Client;
let server: string;

beforeAll(async () => {
  const instantNow = () => Date.now() as ReturnType<JoinedClock>;
  api = await openTestApi({ now: instantNow });
  admin = await api.as("admin");
  await api.app.listen({ port: 0, host: "127.0.0.1" });
  server = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => api[Symbol.asyncDispose]());

type JoinedClock = NonNullable<Parameters<typeof openTestApi>[0]>["now"] & {};

const going = new AbortController().signal;

async function joinTokenFile(directory: string): Promise<string> {
  const { token } = await admin.call(operations.createJoinToken, { params: { name: "paris" }, body: {} });
  const path = `${directory}.join-token`;
  await writeFile(path, `${token}\n`);
  return path;
}

const optionsFor = (directory: string, more: Partial<JoinOptions>): JoinOptions => ({
  server,
  name: "paris-1",
  directory,
  joinTokenFile: null,
  seal: null,
  backoff: { least: 1, most: 1 },
  log: () => undefined,
  ...more,
});

test("it joins once, keeps its key to itself, and needs no token file any more", async () => {
  await using directory = await temporaryDirectory();
  const file = await joinTokenFile(directory.path);
  const first = await joinServer(optionsFor(directory.path, { joinTokenFile: file }), going);
  expect(first?.membership).toMatchObject({ edge: "paris-1", edgeGroup: "paris", server });
  expect((await stat(identityPath(directory.path))).mode & 0o777).toBe(0o600);
  const again = await joinServer(optionsFor(directory.path, { name: "another" }), going);
  expect(again?.membership).toEqual(first?.membership);
  if (again === null) throw new Error("It has joined.");
  const { items } = await identityClient(again).call(operations.edgeSnapshot);
  expect(items).toEqual([]);
  const { items: edges } = await admin.call(operations.listEdges, { query: { name: "paris-1" } });
  expect(edges).toMatchObject([{ id: first?.membership.edgeId, version: "0.1.0", alive: true }]);
  await admin.call(operations.removeEdge, { params: { id: again.membership.edgeId } });
});

test("one that dies before it has written the answer down is the same edge again", async () => {
  await using directory = await temporaryDirectory();
  const options = optionsFor(directory.path, { joinTokenFile: await joinTokenFile(directory.path) });
  const path = identityPath(directory.path);
  const first = await joinServer(options, going);
  const { key } = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ key, membership: null }));
  const second = await joinServer(options, going);
  expect(second?.membership).toEqual(first?.membership);
  await admin.call(operations.removeEdge, { params: { id: second?.membership.edgeId ?? "" } });
});

test("what cannot be is said at once: no token, a used one, a file that is none of ours", async () => {
  await using used = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const file = await joinTokenFile(used.path);
  await expect(joinServer(optionsFor(used.path, {}), going)).rejects.toMatchObject({
    code: "access-refused",
    message: expect.stringContaining("--join-token-file"),
  });
  await joinServer(optionsFor(used.path, { joinTokenFile: file }), going);
  const late = optionsFor(other.path, { joinTokenFile: file, name: "late" });
  await expect(joinServer(late, going)).rejects.toMatchObject({
    code: "access-refused",
    message: expect.stringContaining("edge join-token create"),
  });
  await writeFile(identityPath(other.path), "{}");
  await expect(joinServer(late, going)).rejects.toMatchObject({ code: "directory-unusable" });
});

test("a server that is away is waited for, until it is to stop", async () => {
  await using directory = await temporaryDirectory();
  const stop = new AbortController();
  const told: EdgeEvent[] = [];
  const joinTokenPath = await joinTokenFile(directory.path);
  const log = (event: EdgeEvent): void => {
    told.push(event);
    if (told.length === 3) stop.abort();
  };
  const options = { server: "http://127.0.0.1:1", joinTokenFile: joinTokenPath, log };
  expect(await joinServer(optionsFor(directory.path, options), stop.signal)).toBeNull();
  expect(told.map(({ kind }) => kind)).toEqual(["server-lost", "server-lost", "server-lost"]);
});

test("its key lies sealed where it is told to, also one that lay there in the clear", async () => {
  await using directory = await temporaryDirectory();
  const file = await joinTokenFile(directory.path);
  const first = await joinServer(
    optionsFor(directory.path, { name: "sealed-1", joinTokenFile: file }),
    going,
  );
  const path = identityPath(directory.path);
  const clear = JSON.parse(await readFile(path, "utf8")) as { key: { d: string } };
  const seal = new FileSeal(Buffer.alloc(32, 7));
  const again = await joinServer(optionsFor(directory.path, { seal }), going);
  expect(again?.membership).toEqual(first?.membership);
  expect(await readFile(path, "utf8")).not.toContain(clear.key.d);
  expect((await joinServer(optionsFor(directory.path, { seal }), going))?.publicJwk).toEqual(
    first?.publicJwk,
  );
  const other = new FileSeal(Buffer.alloc(32, 8));
  for (const wrong of [null, other]) {
    await expect(joinServer(optionsFor(directory.path, { seal: wrong }), going)).rejects.toMatchObject({
      code: "directory-unusable",
      message: expect.stringContaining("is sealed"),
    });
  }
});
