import type { Delivery, Driver, DriverOutcome, ProxyHealth, Removal } from "../driver.ts";
import { deliveryText, labelsOf } from "./delivery-text.ts";
import { type Loaded, readBootId, readLoadedPage } from "./loaded-page.ts";
import { type Answer, SocketCaller } from "./socket-call.ts";

export interface NginxDriverOptions {
  /** The unix socket of `push.conf`. */
  readonly socket: string;
}

/** Certificates under way at a time: as many as keep the workers of a usual machine parsing. */
const lanes = 4;

/**
 * nginx in push mode (`packages/edge/nginx`): certificates go into the shared memory of its workers, which serve them
 * from the next handshake on. Every call may be made again; calls for one lineage must not overlap.
 */
export function openNginxDriver({ socket }: NginxDriverOptions): Driver {
  const caller = new SocketCaller(socket, lanes);

  const put = async (delivery: Delivery, signal: AbortSignal): Promise<DriverOutcome> =>
    outcomeOf(
      await caller.call(
        { method: "PUT", path: pathOf(delivery.lineageId), body: deliveryText(delivery) },
        signal,
      ),
    );

  const remove = async (
    { lineageId }: Pick<Removal, "lineageId">,
    signal: AbortSignal,
  ): Promise<DriverOutcome> =>
    outcomeOf(await caller.call({ method: "DELETE", path: pathOf(lineageId) }, signal));

  /** Everything nginx has, by lineage; or why it cannot be asked. */
  async function loaded(signal: AbortSignal): Promise<ReadonlyMap<string, Loaded> | DriverOutcome> {
    const all = new Map<string, Loaded>();
    let bootId: string | null = null;
    for (let from: number | null = 0; from !== null; ) {
      const answer = await caller.call({ method: "GET", path: `/v1/certificates?from=${from}` }, signal);
      const page = answer.kind === "answered" ? readLoadedPage(answer.body) : null;
      if (page === null) return answer.kind === "away" ? answer : strange(answer);
      // It restarted between two pages: what the first ones said is gone.
      if (bootId !== null && bootId !== page.bootId) return { kind: "away", reason: "nginx was restarted" };
      bootId = page.bootId;
      for (const entry of page.loaded) all.set(entry.lineageId, entry);
      from = page.next;
    }
    return all;
  }

  /**
   * Makes what nginx has equal to what it is given: sends what differs, removes what is not among it. One that is
   * refused does not keep the others from being loaded.
   */
  async function load(all: AsyncIterable<Delivery>, signal: AbortSignal): Promise<DriverOutcome> {
    const before = await loaded(signal);
    if (!(before instanceof Map)) return before as DriverOutcome;
    const stray = new Set<string>(before.keys());
    const refusals: string[] = [];
    const work = async function* (): AsyncGenerator<() => Promise<DriverOutcome>> {
      for await (const delivery of all) {
        stray.delete(delivery.lineageId);
        if (!isLoaded(delivery, before.get(delivery.lineageId))) yield () => put(delivery, signal);
      }
      for (const lineageId of stray) yield () => remove({ lineageId }, signal);
    };
    const away = await inLanes(work(), ({ reason }) => refusals.push(reason));
    if (away !== null) return away;
    const [first] = refusals;
    if (first === undefined) return { kind: "done" };
    const others = refusals.length === 1 ? "" : ` (and ${refusals.length - 1} more)`;
    return { kind: "refused", reason: `${first}${others}` };
  }

  async function list(signal: AbortSignal): Promise<ReadonlyMap<string, string> | null> {
    const all = await loaded(signal);
    if (!(all instanceof Map)) return null;
    return new Map([...all.values()].map(({ lineageId, serial }: Loaded) => [lineageId, serial]));
  }

  async function health(signal: AbortSignal): Promise<ProxyHealth> {
    const answer = await caller.call({ method: "GET", path: "/v1/health" }, signal);
    if (answer.kind === "away") return answer;
    const bootId = readBootId(answer.body);
    return bootId === null ? strange(answer) : { kind: "up", bootId };
  }

  return { load, put, remove, list, health };
}

type Refused = Extract<DriverOutcome, { kind: "refused" }>;
type Away = Extract<DriverOutcome, { kind: "away" }>;

/** Does the work a few at a time, to the end or until the proxy is away. */
async function inLanes(
  work: AsyncGenerator<() => Promise<DriverOutcome>>,
  onRefused: (outcome: Refused) => void,
): Promise<Away | null> {
  let away: Away | null = null;
  const lane = async (): Promise<void> => {
    while (away === null) {
      const { done, value: task } = await work.next();
      if (done === true) return;
      const outcome = await task();
      if (outcome.kind === "away") away = outcome;
      if (outcome.kind === "refused") onRefused(outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await work.return(undefined);
  }
  return away;
}

const pathOf = (lineageId: string): string => `/v1/certificates/${encodeURIComponent(lineageId)}`;

const isLoaded = (delivery: Delivery, loaded: Loaded | undefined): boolean =>
  loaded !== undefined &&
  loaded.serial === delivery.ref.serial.replace(/^0+(?=.)/, "") &&
  loaded.names.join() === labelsOf(delivery).join();

function outcomeOf(answer: Answer): DriverOutcome {
  if (answer.kind === "away") return answer;
  const { status, body } = answer;
  if (status === 204) return { kind: "done" };
  if (status === 422 || status === 507) return { kind: "refused", reason: body };
  if (status === 413)
    return { kind: "refused", reason: "it is larger than nginx takes (client_max_body_size)" };
  return strange(answer);
}

function strange({ status, body }: Extract<Answer, { kind: "answered" }>): Away {
  const words = body.slice(0, 200).replaceAll(/\s+/g, " ").trim();
  return { kind: "away", reason: `nginx answered ${status}: ${words}` };
}
