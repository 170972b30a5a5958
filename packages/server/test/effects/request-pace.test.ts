import {
  AcmeClient,
  type AcmeProblem,
  generateAccountKey,
  type ResourceKind,
  type Transport,
  undiciTransport,
} from "@certmill/acme";
import { type Limit, limitSets, seconds, type WorkClass } from "@certmill/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimCa } from "../../../sim/src/index.ts";
import { faultOf } from "../../src/effects/acme-facts.ts";
import type { RequestPace } from "../../src/effects/request-pace.ts";
import { RequestsBackedUp } from "../../src/effects/slot-queue.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import type { SteppedClock } from "../stepped-clock.ts";
import { startPacedProcesses } from "./paced-processes.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const perSecond = (count: number, burst: number): Limit => ({ burst, count, period: seconds(1) });
const zerossl = limitSets.zerossl.requests;
const letsencrypt = limitSets.letsencrypt.requests;

/** How many of the requests a CA with this limit would refuse, by a count of its own. */
function refusedBy({ burst, count, period }: Limit, at: readonly number[]): number {
  let tokens = burst;
  let last = at[0] ?? 0;
  let refused = 0;
  for (const each of at) {
    tokens = Math.min(burst, tokens + ((each - last) * count) / period);
    last = each;
    if (tokens >= 1) tokens -= 1;
    else refused += 1;
  }
  return refused;
}

interface Sent {
  readonly resource: ResourceKind;
  readonly at: number;
  readonly by: number;
}

/** So many requests for `resource` from each process, all wanted at once. */
function sendAll(
  { paces, clock }: { readonly paces: readonly RequestPace[]; readonly clock: SteppedClock },
  resource: ResourceKind,
  count: number,
  log: Sent[],
): Promise<unknown> {
  const send = async (pace: RequestPace, by: number): Promise<void> => {
    await pace.turn(resource, "campaign", null);
    log.push({ resource, at: clock.now(), by });
  };
  return Promise.all(paces.flatMap((pace, by) => Array.from({ length: count }, () => send(pace, by))));
}

const refusal = (throttling: AcmeProblem["throttling"], retryAt: number | null): AcmeProblem => ({
  type: "rateLimited",
  typeUri: "",
  detail: "",
  identifier: null,
  status: throttling?.kind === "shedding" ? 503 : 429,
  subproblems: [],
  instance: null,
  retryAt,
  helpUrl: null,
  throttling,
  algorithms: [],
});

describe("two processes at one CA", () => {
  test("that allows 7 requests a second: the CA, by its log, would refuse none, and is not kept waiting", async () => {
    await using processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    await using ca = await startSimCa({ now: () => clock.now(), alwaysValid: true });
    await using network = undiciTransport();
    const transport: Transport = (request) => clock.during(network(request));
    const key = generateAccountKey();
    const registrar = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport,
      key,
      now: () => clock.now(),
    });
    const { url: accountUrl } = await registrar.newAccount({ termsOfServiceAgreed: true });
    const before = ca.requests().length;
    const clients = paces.map(
      (pace) =>
        new AcmeClient({
          directoryUrl: ca.directoryUrl,
          transport,
          key,
          accountUrl,
          now: () => clock.now(),
          beforeRequest: (resource, signal) => pace.turn(resource, "campaign", signal),
        }),
    );
    const orders = clients.flatMap((client, by) =>
      Array.from({ length: 30 }, (_, n) =>
        client.newOrder({ identifiers: [{ type: "dns", value: `n${n}.p${by}.example.com` }] }),
      ),
    );
    await clock.until(Promise.all(orders));
    const at = ca
      .requests()
      .slice(before)
      .map((request) => request.at);
    expect(at.length).toBeGreaterThanOrEqual(60);
    expect(refusedBy(perSecond(7, 7), at)).toBe(0);
    const took = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
    expect(took).toBeLessThan(at.length / 7 + 0.5);
  });

  test("with Let's Encrypt's limits: none too many of any resource nor of all, and few statements for it", async () => {
    await using processes = await startPacedProcesses(postgres, letsencrypt);
    const log: Sent[] = [];
    const all = [
      sendAll(processes, "newOrder", 300, log),
      sendAll(processes, "newNonce", 15, log),
      sendAll(processes, "authorization", 200, log),
    ];
    await processes.clock.until(Promise.all(all));
    expect(log).toHaveLength(1_030);
    for (const { resource, limit } of letsencrypt) {
      const counted = log.filter((sent) => resource === "*" || sent.resource === resource);
      expect([
        resource,
        refusedBy(
          limit,
          counted.map(({ at }) => at),
        ),
      ]).toEqual([resource, 0]);
    }
    expect(processes.statements()).toBeLessThan(log.length / 5);
    const took = ((log.at(-1)?.at ?? 0) - (log[0]?.at ?? 0)) / 1_000;
    expect(took).toBeLessThan(1_030 / 250 + 0.5);
    const half = log.slice(0, 500).filter(({ by }) => by === 0).length;
    expect(Math.abs(half - 250)).toBeLessThan(60);
  });

  test("one that has little to send leaves the rate to the other", async () => {
    await using processes = await startPacedProcesses(postgres, [
      { resource: "*", limit: perSecond(100, 10) },
    ]);
    const { paces, clock } = processes;
    const log: Sent[] = [];
    const busy = sendAll({ paces: paces.slice(0, 1), clock }, "order", 300, log);
    const idle = (async () => {
      for (let n = 0; n < 10; n += 1) {
        await clock.wait(200, new AbortController().signal);
        await paces[1].turn("order", "campaign", null);
        log.push({ resource: "order", at: clock.now(), by: 1 });
      }
    })();
    await clock.until(Promise.all([busy, idle]));
    expect(
      refusedBy(
        perSecond(100, 10),
        log.map(({ at }) => at),
      ),
    ).toBe(0);
    expect(((log.at(-1)?.at ?? 0) - (log[0]?.at ?? 0)) / 1_000).toBeLessThan(3.3);
  });
});

describe("classes at one CA that allows 7 requests a second", () => {
  /** So many requests of a campaign wait in each of two processes. @returns a request of another class, in slots after it came. */
  async function amongCampaigns(count: number) {
    const processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    let sent = 0;
    const campaign = paces.flatMap((pace) =>
      Array.from({ length: count }, async () => {
        await pace.turn("order", "campaign", null);
        sent += 1;
      }),
    );
    await clock.until(clock.wait(2_000, new AbortController().signal));
    const ask = async (workClass: WorkClass): Promise<number> => {
      const before = sent;
      await clock.until(paces[0].turn("order", workClass, null));
      return sent - before;
    };
    return { processes, campaign: Promise.all(campaign), ask, sent: () => sent };
  }

  test("a customer's request passes the campaigns' of its process, and waits but for a draw of the other", async () => {
    const { processes, campaign, ask, sent } = await amongCampaigns(50);
    await using _ = processes;
    for (const workClass of ["interactive", "emergency", "renewal"] as const)
      for (let n = 0; n < 5; n += 1) expect(await ask(workClass), workClass).toBeLessThanOrEqual(4);
    expect(sent()).toBeLessThan(60);
    await processes.clock.until(campaign);
  });

  test("is taken though the campaigns' requests wait for half a minute", async () => {
    const { processes, campaign, ask } = await amongCampaigns(200);
    await using _ = processes;
    const [pace] = processes.paces;
    const refused = Promise.all(Array.from({ length: 30 }, () => pace.turn("order", "campaign", null)));
    await expect(processes.clock.until(refused)).rejects.toBeInstanceOf(RequestsBackedUp);
    expect(await ask("interactive")).toBeLessThanOrEqual(4);
    await processes.clock.until(campaign.catch(() => {}));
  });

  test("a campaign's requests go out while customers want more than there is", async () => {
    await using processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    const [pace] = paces;
    const log: WorkClass[] = [];
    const send = (workClass: WorkClass, count: number) =>
      Array.from({ length: count }, async () => {
        await pace.turn("order", workClass, null);
        log.push(workClass);
      });
    await clock.until(Promise.all([...send("interactive", 90), ...send("campaign", 9)]));
    expect(log.slice(0, 60).filter((each) => each === "campaign").length).toBeGreaterThanOrEqual(5);
    expect(log.slice(0, 3)).toEqual(["interactive", "interactive", "interactive"]);
  });
});

describe("when the CA asks for a pause", () => {
  test("of some seconds: nobody sends, but for what had its slot already; then all go on", async () => {
    await using processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    const log: Sent[] = [];
    const sending = sendAll(processes, "order", 20, log);
    await clock.until(clock.wait(1_000, new AbortController().signal));
    const from = clock.now();
    paces[0].refused("order", refusal({ kind: "shedding" }, from + 3_000));
    await clock.until(sending);
    const within = log.filter(({ at }) => at > from && at < from + 3_000);
    expect(within.filter(({ by }) => by === 0)).toEqual([]);
    expect(within.length).toBeLessThanOrEqual(1);
    const afterwards = log.filter(({ at }) => at >= from + 3_000);
    expect(afterwards.length).toBe(40 - log.filter(({ at }) => at < from + 3_000).length);
    expect(
      refusedBy(
        perSecond(7, 7),
        log.map(({ at }) => at),
      ),
    ).toBe(0);
  });

  test("of a minute: nobody waits that long in memory; it is told when to come back", async () => {
    await using processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    const until = clock.now() + 60_000;
    paces[0].refused("order", refusal({ kind: "shedding" }, until));
    await clock.idle();
    for (const pace of paces) {
      const refused = await clock.until(pace.turn("order", "campaign", null).then(() => null, faultOf));
      expect(refused).toMatchObject({ code: "request-pace" });
      expect(Math.abs((refused?.retryAt ?? 0) - until)).toBeLessThanOrEqual(1);
    }
  });

  test.each<[string, AcmeProblem["throttling"], ResourceKind, readonly ResourceKind[]]>([
    ["busy", { kind: "shedding" }, "newOrder", ["newOrder", "newNonce", "order"]],
    ["too many of one resource", { kind: "quota", limit: null }, "newOrder", ["newOrder"]],
    [
      "too many of a resource without a limit of its own",
      { kind: "quota", limit: null },
      "order",
      ["newOrder", "newNonce", "order"],
    ],
    ["a limit of orders", { kind: "quota", limit: "new-orders-per-account" }, "newOrder", []],
    ["a pause of a name", { kind: "pause", portal: "https://ca.example.test/" }, "newOrder", []],
    ["a refusal of another kind", null, "newOrder", []],
  ])("%s: who must wait", async (_, throttling, resource, expected) => {
    await using processes = await startPacedProcesses(postgres, letsencrypt);
    const { clock, paces } = processes;
    paces[0].refused(resource, refusal(throttling, clock.now() + 60_000));
    await clock.idle();
    const waiting: ResourceKind[] = [];
    for (const each of ["newOrder", "newNonce", "order"] as const)
      await clock.until(paces[1].turn(each, "campaign", null).catch(() => void waiting.push(each)));
    expect(waiting).toEqual(expected);
  });

  test("without a time it is 5 seconds, and never over 15 minutes", async () => {
    await using processes = await startPacedProcesses(postgres, zerossl);
    const { clock, paces } = processes;
    const startedAt = clock.now();
    paces[0].refused("order", refusal({ kind: "quota", limit: null }, null));
    await clock.idle();
    await clock.until(paces[1].turn("order", "campaign", null));
    expect(Math.abs(clock.now() - startedAt - 5_000)).toBeLessThanOrEqual(1);
    paces[0].refused("order", refusal({ kind: "quota", limit: null }, clock.now() + 86_400_000));
    const error = await clock.until(
      paces[0].turn("order", "campaign", null).then(
        () => null,
        (thrown: unknown) => thrown,
      ),
    );
    expect(error).toBeInstanceOf(RequestsBackedUp);
    expect(Math.abs((error as RequestsBackedUp).retryAt - clock.now() - 900_000)).toBeLessThanOrEqual(1);
  });
});

describe("waiting", () => {
  test("ends with the caller's reason, and the place goes to the next", async () => {
    await using processes = await startPacedProcesses(postgres, [{ resource: "*", limit: perSecond(1, 1) }]);
    const { clock, paces } = processes;
    const [pace] = paces;
    await clock.until(pace.turn("order", "campaign", null));
    const startedAt = clock.now();
    const [first, second] = [new AbortController(), new AbortController()];
    const given = pace.turn("order", "campaign", first.signal);
    const next = pace.turn("order", "campaign", second.signal);
    const reason = new Error("draining");
    first.abort(reason);
    await expect(given).rejects.toBe(reason);
    await clock.until(next);
    expect(clock.now() - startedAt).toBe(1_000);
    await expect(pace.turn("order", "campaign", first.signal)).rejects.toBe(reason);
  });

  test("is over when the connection is closed", async () => {
    await using processes = await startPacedProcesses(postgres, [{ resource: "*", limit: perSecond(1, 1) }]);
    const { clock, paces } = processes;
    const [pace] = paces;
    await clock.until(pace.turn("order", "campaign", null));
    const waiting = expect(pace.turn("order", "campaign", null)).rejects.toThrow("is being closed");
    await pace[Symbol.asyncDispose]();
    await waiting;
    await expect(pace.turn("order", "campaign", null)).rejects.toThrow("is being closed");
  });

  test("of over half a minute behind others of this process is refused at once", async () => {
    await using processes = await startPacedProcesses(postgres, [{ resource: "*", limit: perSecond(1, 1) }]);
    const { clock, paces } = processes;
    const [pace] = paces;
    const waiting = Array.from({ length: 31 }, () => pace.turn("order", "campaign", null));
    const error = await pace.turn("order", "campaign", null).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "requests-backed-up", retryAt: clock.now() + 31_000 });
    await clock.until(Promise.all(waiting));
  });

  test("is none at a CA of which no limits are known, and asks the database nothing", async () => {
    await using processes = await startPacedProcesses(postgres, limitSets.none.requests);
    await Promise.all(
      Array.from({ length: 1_000 }, () => processes.paces[0].turn("newOrder", "campaign", null)),
    );
    processes.paces[0].refused("newOrder", refusal({ kind: "shedding" }, null));
    await processes.paces[0].turn("newOrder", "campaign", null);
    expect(processes.statements()).toBe(0);
  });
});

test("limits that change hold for the requests that come then", async () => {
  await using processes = await startPacedProcesses(postgres, [{ resource: "*", limit: perSecond(1, 1) }]);
  const { clock, paces } = processes;
  const [pace] = paces;
  const startedAt = clock.now();
  const slow = [pace.turn("order", "campaign", null), pace.turn("order", "campaign", null)];
  pace.setLimits([]);
  await pace.turn("order", "campaign", null);
  expect(clock.now()).toBe(startedAt);
  await clock.until(Promise.all(slow));
  expect(clock.now() - startedAt).toBe(1_000);
});
