/** The stream of what happens: what is told to whom, what is told again, and what it costs the database. */
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createClient, keepFollowing, type LiveClient, operations } from "@certmill/api";
import { hours } from "@certmill/domain";
import type { CompiledQuery } from "kysely";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { hashBearerToken } from "../../src/http/caller/bearer-token.ts";
import { encodePosition } from "../../src/http/cursor.ts";
import { insertToken } from "../../src/store/write/tokens.ts";
import { interceptedDb } from "../intercepted-db.ts";
import { signedInAs, signedInByPassword } from "./begin-directly.ts";
import type { Browser } from "./browser.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";

let api: TestApi;
let url: string;
let queries: string[];

beforeAll(async () => {
  const first = await openTestApi();
  queries = [];
  const db = interceptedDb(first.db, async (statement: CompiledQuery, run) => {
    queries.push(statement.sql);
    return run(statement);
  });
  const counted = await openTestApiOn({ ...first.database, db });
  api = {
    ...counted,
    [Symbol.asyncDispose]: async () => {
      await counted[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
    },
  };
  await fill();
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => api[Symbol.asyncDispose]());

/** Two tenants with a domain each; their lineages are 1 and 2. */
async function fill(): Promise<void> {
  for (const [name, scope, tenant] of [
    ["admin", "admin", null],
    ["one", "tenant", "one"],
    ["two", "tenant", "two"],
  ] as const) {
    const token = { name, hash: hashBearerToken(name), scope, tenant, edgeGroup: null, expiresAt: null };
    await insertToken(api.db, token, start);
  }
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('ca', 'https://ca.test', 'public', 1, true, now())`.execute(api.db);
  for (const tenant of ["one", "two"]) {
    await sql`
      with begun as (
        insert into lineage (tenant_id, ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
        select id, 1, 1, array[${`${tenant}.example`}], 'p256', 'waiting', now(), now() from tenant where name = ${tenant}
        returning id, names
      ) insert into domain (name, lineage_id, created_at) select names[1], id, now() from begun`.execute(
      api.db,
    );
  }
}

const clientOf = (token: string): LiveClient => createClient({ baseUrl: url, token });

async function happens(kind: string, lineageId: string): Promise<void> {
  await sql`insert into event (at, kind, lineage_id) values (now(), ${kind}, ${lineageId})`.execute(api.db);
}

/** The domains and kinds of the first `count` events of a stream, and its last id. */
async function firstEvents(
  token: string,
  count: number,
  query: { readonly after?: string; readonly domain?: string } = {},
  whenOpen: () => Promise<void> = async () => {},
): Promise<{ events: string[]; id: string | null }> {
  const events: string[] = [];
  const abort = new AbortController();
  const stream = clientOf(token).follow(operations.followLive, {
    query: { ...query, overview: false },
    signal: abort.signal,
  });
  // The head of the answer comes when the stream is fed.
  const opening = stream.next();
  await untilOpen(1);
  await whenOpen();
  for (let next = await opening; next.done !== true; next = await stream.next()) {
    if (next.value.event === "events")
      events.push(...next.value.data.events.map(({ domain, kind }) => `${domain} ${kind}`));
    if (next.value.event === "reset") events.push(`reset ${next.value.data.reason}`);
    if (events.length >= count) {
      const { id } = next.value;
      await stream.return();
      return { events, id };
    }
  }
  return { events, id: null };
}

const refused = (token: string, query: { readonly after?: string; readonly domain?: string }) =>
  clientOf(token).follow(operations.followLive, { query }).next();

const patience = 60_000;

/** Until so many reads have shown that the reader runs. */
async function untilOpen(rounds: number): Promise<void> {
  const before = reads().length;
  await until({
    what: `${rounds} reads`,
    probe: () => reads().length >= before + rounds,
    within: patience,
  });
}

const reads = (): string[] => queries.filter((text) => text.includes("union all") && text.includes("event"));

test("an admin hears of all, a tenant of its own, one domain's stream of its steps", async () => {
  const all = firstEvents("admin", 3, {}, async () => {
    await happens("issuance.started", "1");
    await happens("order.created", "1");
    await happens("issuance.started", "2");
    await happens("certificate.stored", "1");
  });
  const own = firstEvents("two", 1);
  const one = firstEvents("one", 3, { domain: "one.example" });
  expect((await all).events).toEqual([
    "one.example issuance.started",
    "two.example issuance.started",
    "one.example certificate.stored",
  ]);
  expect((await own).events).toEqual(["two.example issuance.started"]);
  expect((await one).events).toEqual([
    "one.example issuance.started",
    "one.example order.created",
    "one.example certificate.stored",
  ]);
});

test("another tenant's domain is not there to be followed", async () => {
  await expect(refused("one", { domain: "two.example" })).rejects.toMatchObject({ code: "not-found" });
});

test("who comes again misses nothing, and is told nothing twice", async () => {
  const { id } = await firstEvents("admin", 1, {}, () => happens("domain.added", "1"));
  await happens("check.passed", "1");
  await happens("domain.moved", "2");
  const again = await firstEvents("admin", 2, { after: id ?? "" });
  expect(again.events).toEqual(["one.example check.passed", "two.example domain.moved"]);
  const later = await firstEvents("admin", 1, { after: again.id ?? "" }, () =>
    happens("domain.returned", "2"),
  );
  expect(later.events).toEqual(["two.example domain.returned"]);
});

test("a place of another installation is told to be none, and what is no place is refused", async () => {
  const elsewhere = encodePosition("live", { installation: "other", xact: "1", id: "1" });
  expect((await firstEvents("admin", 1, { after: elsewhere })).events).toEqual(["reset unknown-position"]);
  await expect(refused("admin", { after: "damaged" })).rejects.toMatchObject({
    code: "invalid-cursor",
  });
});

test("a hundred streams cost the database what one does", async () => {
  const aborts = Array.from({ length: 100 }, () => new AbortController());
  const streams = aborts.map((abort) =>
    clientOf("admin")
      .follow(operations.followLive, { signal: abort.signal })
      .next()
      .catch(() => null),
  );
  await Promise.all(streams);
  await untilOpen(1);
  const before = queries.length;
  const readsBefore = reads().length;
  await untilOpen(3);
  const rounds = reads().length - readsBefore;
  // A round is a look at the feed, and now and then an overview: some thirty statements.
  expect(queries.length - before).toBeLessThan(rounds * 40);
  for (const abort of aborts) abort.abort();
});

test("the overview comes whole, and then what has changed", async () => {
  const abort = new AbortController();
  const parts: string[][] = [];
  for await (const event of clientOf("admin").follow(operations.followLive, { signal: abort.signal })) {
    if (event.event !== "overview") continue;
    parts.push(Object.keys(event.data));
    if (parts.length === 2) break;
    await sql`insert into edge (edge_group_id, name, last_seen_at) values (1, 'e', '2000-01-01')`.execute(
      api.db,
    );
    await happens("edge.joined", "1");
  }
  expect(parts[0]).toEqual(expect.arrayContaining(["alerts", "domains", "queue", "expiries", "cas"]));
  expect(parts[1]).toEqual(expect.arrayContaining(["at", "edges", "alerts"]));
  expect(parts[1]).not.toContain("expiries");
});

test("one who does not read is cut off", async () => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(`GET /v1/live?overview=false HTTP/1.1\r\nhost: x\r\nauthorization: Bearer admin\r\n\r\n`);
  await new Promise((resolve) => socket.once("readable", resolve));
  // More than the kernel and the stream hold; each is told with its kind, and no words for it.
  const kind = "x".repeat(4_000);
  for (let written = 0; written < 4; written += 1) {
    await sql`insert into event (at, kind, lineage_id) select now(), ${kind}, 1 from generate_series(1, 900)`.execute(
      api.db,
    );
    const before = reads().length;
    // Once it is cut off, nobody is there whom it would read for.
    const isOver = async () => reads().length > before || (await hasNoConnections());
    await until({ what: "a read", probe: isOver, within: patience });
  }
  await until({ what: "the end of the connection", probe: hasNoConnections, within: patience });
  socket.destroy();
});

const hasNoConnections = (): Promise<boolean> =>
  new Promise((resolve, reject) =>
    api.app.server.getConnections((error, count) => (error === null ? resolve(count === 0) : reject(error))),
  );

test("a stream ends with the session or the token that it was opened with, and the others go on", async () => {
  const admin = clientOf("admin");
  const person = { role: "operator", password: "correct horse battery" } as const;
  for (const name of ["changed", "removed"])
    await admin.call(operations.createOperator, { body: { name, ...person } });
  const revoked = await admin.call(operations.createToken, { body: { name: "revoked", scope: "admin" } });
  const browsers = {
    "signed out": await signedInAs(api, { who: "otto", role: "viewer" }),
    changed: await signedInByPassword(api, "changed"),
    removed: await signedInByPassword(api, "removed"),
    idle: await signedInAs(api, { who: "ida", role: "viewer" }),
    staying: await signedInAs(api, { who: "stan", role: "viewer" }),
  };
  const cookie = (of: Browser): { cookie: string } => ({
    cookie: [...of.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
  });
  const streams = await Promise.all([
    ...Object.values(browsers).map((browser) => openedStream(cookie(browser))),
    openedStream({ authorization: `Bearer ${revoked.token}` }),
  ]);
  const [signedOut, changed, removed, idle, staying, byToken] = streams;

  await browsers["signed out"].ask("DELETE", "/v1/session");
  const params = { name: "changed" };
  await admin.call(operations.changeOperator, { params, body: { role: "viewer" } });
  await admin.call(operations.removeOperator, { params: { name: "removed" } });
  await admin.call(operations.revokeToken, { params: { id: revoked.id } });
  await sql`update session set seen_at = ${new Date(start - hours(1))} where who = 'ida'`.execute(api.db);
  const ends = [signedOut, changed, removed, idle, byToken].map(async (each) => each?.text());
  for (const told of await Promise.all(ends))
    expect(told).toContain('event: end\ndata: {"reason":"access-ended"}');

  await happens("domain.added", "1");
  expect(await toldUntil(staying, "domain.added")).not.toContain("event: end");
});

/** What a stream tells up to and with `text`; it is let go of then. */
async function toldUntil(stream: Response | undefined, text: string): Promise<string> {
  let told = "";
  for await (const bytes of stream?.body ?? []) {
    told += Buffer.from(bytes).toString();
    if (told.includes(text)) break;
  }
  return told;
}

const openedStream = (headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${url}/v1/live?overview=false`, { headers: { "sec-fetch-site": "same-origin", ...headers } });

test("the server's end ends it, with a word, and it is asked for again", async () => {
  const abort = new AbortController();
  const heard: string[] = [];
  const gaps: unknown[] = [];
  const following = (async () => {
    const stream = keepFollowing(
      clientOf("admin"),
      operations.followLive,
      { query: { overview: false }, signal: abort.signal },
      (error) => {
        gaps.push(error);
        abort.abort(new Error("seen"));
      },
    );
    for await (const event of stream) heard.push(event.event);
  })().catch(() => {});
  await untilOpen(2);
  await api.app.close();
  await following;
  expect(heard).toEqual(["end"]);
  expect(gaps).toHaveLength(1);
});
