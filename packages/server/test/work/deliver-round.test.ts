/** The rules of a round, against an endpoint and a feed in memory. */
import { after, days, type Instant, instant, minutes, type WebhookAnswer } from "@certmill/domain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FeedEvent } from "../../src/store/read/webhook-feed.ts";
import { isBefore, placeBefore } from "../../src/store/read/webhook-feed.ts";
import type { ClaimedWebhook, HeldBack, RoundResult } from "../../src/store/webhook-rounds.ts";
import { DeliveryRound } from "../../src/work/deliver-round.ts";
import { dueHeld, type Lane, messageFor, sortBatch } from "../../src/work/webhook-lanes.ts";

const start = instant(1_790_000_000_000);

const event = (id: number, lineageId: string | null, kind = "issuance.failed"): FeedEvent => ({
  place: { xact: String(1_000 + Math.floor(id / 3)), id: String(id) },
  kind,
  lineageId,
  tenantId: null,
});

const answered = (status: number, retryAt: Instant | null = null): WebhookAnswer => ({
  kind: "answered",
  status,
  retryAt,
});
const nothing: WebhookAnswer = { kind: "unanswered" };

/** A webhook with its feed: what a claim gives, and what a commit stores. */
class Model {
  webhook: ClaimedWebhook = {
    id: "1",
    url: "https://hooks.example.com/",
    types: null,
    tenantId: null,
    secretIds: [],
    place: { xact: "0", id: "0" },
    fence: "1",
    failures: 0,
    failingSince: null,
    held: [],
  };
  now = start;
  wakeAt = start;
  readonly taken: FeedEvent[] = [];
  readonly gaveUp: RoundResult["gaveUp"][number][] = [];
  readonly feed: readonly FeedEvent[];
  readonly namesOf: (lineageId: string | null) => readonly string[];

  constructor(feed: readonly FeedEvent[], namesOf = (lineageId: string | null) => [`d${lineageId}`]) {
    this.feed = feed;
    this.namesOf = namesOf;
  }

  /** @param store whether the process lives long enough to store it. */
  async round(answer: (event: FeedEvent) => WebhookAnswer, store = true): Promise<RoundResult> {
    const { webhook } = this;
    const retried: Lane[] = dueHeld(webhook.held, this.now).retry.map((held) => ({
      lineageId: held.lineageId,
      held,
      events: this.feed.filter(
        ({ lineageId, place }) =>
          lineageId === held.lineageId && isBefore(held.place, place) && !isBefore(webhook.place, place),
      ),
    }));
    const scanned = this.feed.filter(({ place }) => isBefore(webhook.place, place)).slice(0, 20);
    const batch = sortBatch(webhook, scanned, ({ lineageId }) => this.namesOf(lineageId));
    const byId = new Map<string, FeedEvent>();
    const round = new DeliveryRound(webhook, {
      now: () => this.now,
      prepare: (each) => {
        byId.set(each.place.id, each);
        return { id: each.place.id, type: each.kind, domain: each.lineageId, body: "" };
      },
      send: async ({ id }) => {
        const sent = byId.get(id);
        if (sent === undefined) throw new Error("What is sent was prepared.");
        await Promise.resolve();
        const got = answer(sent);
        if (got.kind === "answered" && got.status === 200) this.taken.push(sent);
        return { answer: got, detail: "words" };
      },
      ending: new AbortController().signal,
      concurrency: 4,
    });
    const result = await round.run(retried, batch);
    if (store) this.#store(result);
    return result;
  }

  #store(result: RoundResult): void {
    const held = new Map(this.webhook.held.map((one) => [one.lineageId, one]));
    for (const lineageId of result.freed) held.delete(lineageId);
    for (const one of result.held)
      held.set(one.lineageId, { ...one, names: this.namesOf(one.lineageId) } satisfies HeldBack);
    const { place, failures, failingSince } = result;
    this.webhook = { ...this.webhook, place, failures, failingSince, held: [...held.values()] };
    this.wakeAt = result.wakeAt;
    this.gaveUp.push(...result.gaveUp);
  }

  get isDone(): boolean {
    return this.webhook.held.length === 0 && this.webhook.place === this.feed.at(-1)?.place;
  }

  /** Time goes on to when something is due. */
  next(): void {
    const held = this.webhook.held.map(({ wakeAt }) => wakeAt);
    const isBehind = this.webhook.place !== this.feed.at(-1)?.place;
    const due = Math.min(...held, ...(isBehind ? [this.now] : []));
    this.now = instant(Math.max(this.now, this.wakeAt, Number.isFinite(due) ? due : this.now));
  }
}

/** Of each lineage, the first time each of its events was taken. */
function firstTaken(model: Model, lineageId: string | null): string[] {
  return [
    ...new Set(model.taken.filter((each) => each.lineageId === lineageId).map(({ place }) => place.id)),
  ];
}

describe("a domain whose message is refused", () => {
  test("holds back itself, in order, and nobody else", async () => {
    const feed = [
      event(1, "a"),
      event(2, "b"),
      event(3, "a"),
      event(4, "b"),
      event(5, null, "campaign.done"),
    ];
    const model = new Model(feed);
    const result = await model.round(({ place }) => answered(place.id === "1" ? 500 : 200));
    expect(firstTaken(model, "b")).toEqual(["2", "4"]);
    expect(firstTaken(model, null)).toEqual(["5"]);
    expect(firstTaken(model, "a")).toEqual([]);
    expect(result).toMatchObject({
      place: feed[4]?.place,
      taken: 3,
      failed: 1,
      failures: 0,
      wakeAt: start,
      held: [
        { lineageId: "a", place: placeBefore(event(1, "a").place), attempts: 1, answer: "HTTP 500, words" },
      ],
    });
    model.next();
    expect(model.now).toBeGreaterThan(start);
    await model.round(() => answered(200));
    expect(firstTaken(model, "a")).toEqual(["1", "3"]);
    expect(model.isDone).toBe(true);
  });

  test("alone, it holds back nobody who comes later, and the endpoint is not left alone", async () => {
    const model = new Model([event(1, "a")]);
    const result = await model.round(() => answered(400));
    expect(result).toMatchObject({
      failures: 0,
      failingSince: start,
      wakeAt: start,
      held: [{ attempts: 1 }],
    });
  });

  test("is given up after days of being refused while others are taken, and goes on with the next", async () => {
    const model = new Model([event(1, "a"), event(2, "a"), event(3, "b")]);
    const poison = ({ place }: FeedEvent) => answered(place.id === "1" ? 500 : 200);
    for (let n = 0; n < 50 && !model.isDone; n += 1, model.next()) await model.round(poison);
    expect(model.gaveUp).toEqual([{ lineageId: "a", type: "issuance.failed" }]);
    expect(firstTaken(model, "a")).toEqual(["2"]);
    expect(model.now - start).toBeGreaterThan(days(5));
    expect(model.isDone).toBe(true);
  });

  test("also keeps back a certificate that shares a name with it", async () => {
    const names = (lineageId: string | null) => (lineageId === "c" ? ["other"] : ["shared", `d${lineageId}`]);
    const model = new Model([event(1, "a"), event(2, "c"), event(3, "b"), event(4, "b")], names);
    await model.round(({ place }) => answered(place.id === "1" ? 500 : 200));
    await model.round(() => answered(200));
    expect(firstTaken(model, "b")).toEqual([]);
    expect(model.webhook.held.map(({ lineageId }) => lineageId)).toEqual(["a", "b"]);
    for (let n = 0; n < 10 && !model.isDone; n += 1, model.next()) await model.round(() => answered(200));
    expect(model.taken.map(({ place }) => place.id)).toEqual(["2", "1", "3", "4"]);
  });
});

describe("an endpoint in trouble", () => {
  const many = Array.from({ length: 20 }, (_, n) => event(n + 1, `d${n}`));

  test.each([
    ["that does not answer", nothing],
    ["that says 503", answered(503)],
    ["that refuses all", answered(500)],
  ])(
    "%s holds nothing back: its place stays, it is asked seldom, and then with one message",
    async (_, answer) => {
      const model = new Model(many);
      const first = await model.round(() => answer);
      expect(first).toMatchObject({
        place: { id: "0" },
        held: [],
        taken: 0,
        failures: 1,
        failingSince: start,
      });
      expect(first.wakeAt).toBeGreaterThan(start);
      model.next();
      const second = await model.round(() => answer);
      expect(second).toMatchObject({ place: { id: "0" }, held: [], failures: 2, failingSince: start });
      expect(second.wakeAt - model.now).toBeLessThanOrEqual(minutes(75));
      model.next();
      await model.round(() => answered(200));
      expect(model.isDone).toBe(true);
      expect(model.webhook).toMatchObject({ failures: 0, failingSince: null });
    },
  );

  test("is left alone until the time it names, and nothing more is begun", async () => {
    const model = new Model(many);
    const until = after(start, minutes(30));
    const result = await model.round(({ place }) =>
      place.id === "1" ? answered(200) : answered(429, until),
    );
    expect(result.wakeAt).toBe(until);
    expect(result.failed).toBeLessThanOrEqual(4);
    expect(result.held).toEqual([]);
  });

  test("is disabled after five days in which it took nothing", async () => {
    const model = new Model(many);
    let last = await model.round(() => nothing);
    while (last.disable === null) {
      model.next();
      last = await model.round(() => nothing);
    }
    expect(model.now - start).toBeGreaterThanOrEqual(days(5));
    expect(model.now - start).toBeLessThan(days(5.1));
    expect(last.disable).toBe("It has taken nothing for 5 days; the last time: words.");
    expect(model.webhook.held).toEqual([]);
  });

  test("that answers 410 is disabled at once", async () => {
    const model = new Model(many);
    const result = await model.round(() => answered(410));
    expect(result.disable).toBe("It answered 410: it wants nothing any more.");
    expect(result.place.id).toBe("0");
  });

  test("in its first round is told from a domain's trouble by what others are answered", async () => {
    const model = new Model([event(1, "a"), event(2, "b")]);
    const result = await model.round(({ lineageId }) => (lineageId === "a" ? nothing : answered(200)));
    expect(result).toMatchObject({ failures: 0, held: [{ lineageId: "a" }], place: { id: "2" } });
  });
});

test("what is not wanted passes by", async () => {
  const model = new Model([
    event(1, "a", "domain.retried"),
    event(2, "a"),
    event(3, "a", "certificate.stored"),
  ]);
  model.webhook = { ...model.webhook, types: ["certificate.issued"] };
  expect(model.feed.map((each) => messageFor(model.webhook, each))).toEqual([
    null,
    null,
    "certificate.issued",
  ]);
  expect(messageFor({ types: null, tenantId: "7" }, event(1, "a"))).toBeNull();
  await model.round(() => answered(200));
  expect(model.taken.map(({ place }) => place.id)).toEqual(["3"]);
  expect(model.isDone).toBe(true);
});

test("whatever it answers and whenever processes die, each domain's messages come in order, and none is left out", async () => {
  const outcomes = fc.constantFrom(answered(200), answered(200), answered(500), answered(503), nothing);
  await fc.assert(
    fc.asyncProperty(
      // A name may go from one certificate to a later one.
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 25 }),
      fc.array(fc.constantFrom(2, 3, 4, null), { maxLength: 25 }),
      fc.infiniteStream(outcomes),
      fc.infiniteStream(fc.integer({ min: 0, max: 3 }).map((n) => n > 0)),
      async (earlier, later, answers, lives) => {
        const lineages = [...earlier, ...later];
        const feed = lineages.map((lineage, n) => event(n + 1, lineage === null ? null : String(lineage)));
        const model = new Model(feed, (lineageId) =>
          lineageId === null ? [] : [`n${Number(lineageId) % 3}`],
        );
        for (let n = 0; n < 2_000 && feed.length > 0 && !model.isDone; n += 1) {
          const isCalm = n > 60;
          await model.round(
            () => (isCalm ? answered(200) : answers.next().value),
            isCalm || lives.next().value,
          );
          model.next();
        }
        expect(model.isDone || feed.length === 0).toBe(true);
        expect(model.gaveUp).toEqual([]);
        for (const name of new Set(feed.flatMap(({ lineageId }) => model.namesOf(lineageId)))) {
          const ofName = (each: FeedEvent) => model.namesOf(each.lineageId).includes(name);
          const first = [...new Set(model.taken.filter(ofName))];
          expect(first).toEqual(feed.filter(ofName));
        }
        expect(firstTaken(model, null)).toEqual(
          feed.filter(({ lineageId }) => lineageId === null).map(({ place }) => place.id),
        );
      },
    ),
    { numRuns: 300 },
  );
});
