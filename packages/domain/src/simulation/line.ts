/**
 * Who waits for an order: one line by turn for each class, a campaign's apart, and those that wait for a limit of their
 * own beside them. What store/planning does in SQL (enqueue-due, next-in-line, park), in memory.
 */
import { keptTurn, TurnTaking } from "../schedule/turn-taking.ts";
import { type WorkClass, workClasses } from "../schedule/work-class.ts";
import type { Instant } from "../time/instant.ts";
import { flowOf, isOfCampaign, type Lineage, workClassOf } from "./lineage.ts";
import { OrderedQueue, type QueueEntry } from "./ordered-queue.ts";

export interface Lane {
  readonly workClass: WorkClass;
  readonly ofCampaign: boolean;
  readonly waiting: OrderedQueue<Lineage>;
}

export interface Candidate {
  readonly lane: Lane;
  readonly entry: QueueEntry<Lineage>;
}

/** Lineages that join in one round. */
const mostAtOnce = 100;

export class Line {
  readonly lanes: readonly Lane[] = [
    ...workClasses.map((workClass): Lane => ({ workClass, ofCampaign: false, waiting: new OrderedQueue() })),
    { workClass: "campaign", ofCampaign: true, waiting: new OrderedQueue() },
  ];
  readonly #due = new OrderedQueue<Lineage>();
  readonly #parked = new OrderedQueue<Candidate>();
  #campaignParked = 0;
  readonly #served = new Map<WorkClass, number>();
  readonly #flows = new Map<string, number>();

  /** When somebody joins next, or comes back from being parked; null: nobody does. */
  get nextAt(): number | null {
    const [due, parked] = [this.#due.next, this.#parked.next];
    return due === null ? parked : parked === null ? due : Math.min(due, parked);
  }

  /** Whether somebody of the campaign stands in line, and is not parked. */
  get isCampaignWaiting(): boolean {
    return (this.lanes.at(-1)?.waiting.size ?? 0) > 0;
  }

  /** Of the campaign, those that are parked. */
  get campaignParked(): number {
    return this.#campaignParked;
  }

  wakeAt(lineage: Lineage, at: Instant): void {
    this.#due.push(at, lineage);
  }

  /** What is due joins its line. Fairness is decided here, once for each. @returns whether more are due. */
  enqueueDue(now: Instant): boolean {
    for (let back = this.#parked.take(now); back !== null; back = this.#parked.take(now)) {
      back.entry.item.isParked = false;
      if (back.lane.ofCampaign) this.#campaignParked -= 1;
      back.lane.waiting.putBack(back.entry);
    }
    const rows: Lineage[] = [];
    while (rows.length < mostAtOnce) {
      const lineage = this.#due.take(now);
      if (lineage === null) break;
      rows.push(lineage);
    }
    this.#join(rows, now);
    return rows.length === mostAtOnce;
  }

  #join(rows: readonly Lineage[], now: Instant): void {
    if (rows.length === 0) return;
    const keyed = rows.map((lineage) => ({
      lineage,
      workClass: workClassOf(lineage, now),
      key: flowOf(lineage),
    }));
    const known = keyed.flatMap(({ workClass, key }) => {
      const turn = this.#flows.get(`${workClass} ${key}`);
      return turn === undefined ? [] : [{ class: workClass, key, turn }];
    });
    const served = [...this.#served].map(([workClass, turn]) => ({ class: workClass, turn }));
    const flows = new TurnTaking(served, known);
    for (const { lineage, workClass, key } of keyed) {
      const turn = keptTurn(lineage.failed, workClass) ?? flows.next(workClass, key);
      this.#laneOf(workClass, isOfCampaign(lineage)).waiting.push(turn, lineage);
    }
    for (const flow of flows.moved()) this.#flows.set(`${flow.class} ${flow.key}`, flow.turn);
  }

  #laneOf(workClass: WorkClass, ofCampaign: boolean): Lane {
    const lane = this.lanes.find(
      (each) => each.workClass === workClass && each.ofCampaign === (workClass === "campaign" && ofCampaign),
    );
    if (lane === undefined) throw new Error(`There is no lane for ${workClass}.`);
    return lane;
  }

  /** Takes who is next in these lanes, by turn. Who is not placed is to be put back. */
  takeNext(lanes: readonly Lane[], most: number): Candidate[] {
    const line: Candidate[] = [];
    while (line.length < most) {
      let first: Lane | null = null;
      for (const lane of lanes) {
        const { next } = lane.waiting;
        if (next !== null && (first === null || next < (first.waiting.next ?? Number.POSITIVE_INFINITY)))
          first = lane;
      }
      const entry = first?.waiting.takeEntry(Number.POSITIVE_INFINITY) ?? null;
      if (first === null || entry === null) break;
      line.push({ lane: first, entry });
    }
    return line;
  }

  park({ lane, entry }: Candidate, until: Instant): void {
    entry.item.isParked = true;
    if (lane.ofCampaign) this.#campaignParked += 1;
    this.#parked.push(until, { lane, entry });
  }

  /** An order was planned for them. */
  served(taken: readonly Candidate[]): void {
    for (const { lane, entry } of taken)
      this.#served.set(lane.workClass, Math.max(entry.key, this.#served.get(lane.workClass) ?? 0));
  }

  /** Flows that are behind their class say nothing any more. */
  forgetFlows(): void {
    for (const [id, turn] of this.#flows) {
      const workClass = id.slice(0, id.indexOf(" ")) as WorkClass;
      if (turn <= (this.#served.get(workClass) ?? 0)) this.#flows.delete(id);
    }
  }
}
