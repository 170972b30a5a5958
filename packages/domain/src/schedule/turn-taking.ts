import { type FailureCode, failures } from "../failure/failure-code.ts";
import type { WorkClass } from "./work-class.ts";

export interface Flow {
  readonly class: WorkClass;
  /** Whose they are: a tenant's, a campaign's. */
  readonly key: string;
  /** Of the last that joined. */
  readonly turn: number;
}

/**
 * Start-time fair queueing (Goyal, Vin and Cheng 1996) with equal weights: each that joins gets the turn after the last of
 * its own flow, but none before those that are served now. So a flow of thousands and a flow of one alternate, and
 * who was idle saves nothing up.
 */
export class TurnTaking {
  readonly #served: ReadonlyMap<WorkClass, number>;
  readonly #flows: Map<string, Flow>;
  readonly #moved = new Set<string>();

  /** @param classes the turn of the last that was taken. @param flows those that join now, as far as they are known. */
  constructor(
    classes: readonly { readonly class: WorkClass; readonly turn: number }[],
    flows: readonly Flow[],
  ) {
    this.#served = new Map(classes.map(({ class: workClass, turn }) => [workClass, turn]));
    this.#flows = new Map(flows.map((flow) => [idOf(flow.class, flow.key), flow]));
  }

  next(workClass: WorkClass, key: string): number {
    const id = idOf(workClass, key);
    const turn = Math.max(this.#served.get(workClass) ?? 0, this.#flows.get(id)?.turn ?? 0) + 1;
    this.#flows.set(id, { class: workClass, key, turn });
    this.#moved.add(id);
    return turn;
  }

  /** The flows that somebody joined. */
  moved(): readonly Flow[] {
    return [...this.#moved].flatMap((id) => this.#flows.get(id) ?? []);
  }
}

/** A lineage's last issuance, which failed. */
export interface FailedTurn {
  readonly workClass: WorkClass;
  /** With which it was planned; null: that is not known. */
  readonly turn: number | null;
  readonly cause: FailureCode;
}

/**
 * Who failed by the CA's own trouble comes back to their place: else a day's outage would send all that it hit behind those
 * whose names are wrong, and behind all that came later.
 *
 * @returns null when a new turn is to be taken.
 */
export function keptTurn(last: FailedTurn | null, workClass: WorkClass): number | null {
  if (last === null || last.workClass !== workClass) return null;
  return failures[last.cause].party === "ca" ? last.turn : null;
}

const idOf = (workClass: WorkClass, key: string): string => `${workClass} ${key}`;
