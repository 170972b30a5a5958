import type { Delivery, Driver } from "../../../packages/edge/src/driver/driver.ts";
import { type Random, seededRandom } from "../../../packages/sim/src/random.ts";
import type { HaproxyEdge } from "./haproxy-edge.ts";

export interface TortureReport {
  readonly puts: number;
  readonly removes: number;
  readonly reloads: number;
  readonly restarts: number;
  readonly kills: number;
  /** Names that were served with another certificate than their own, at any look. */
  readonly crossed: readonly string[];
  /** Names that were served without the chain that leads to the CA's root, at any look. */
  readonly incomplete: readonly string[];
  /** Names that are served with the wrong certificate, or wrongly served or not, at the end. */
  readonly wrong: readonly string[];
}

const lineages = 25;
const never = new AbortController().signal;

/**
 * Random puts (new, renewed, with other names), removes, reloads and restarts of HAProxy, another program's
 * transactions, and ends of the agent in the middle of a command; after an end or a restart what HAProxy lacks is given to it
 * again, as the agent's reconciling does.
 */
export async function torture(edge: HaproxyEdge, steps: number, seed: number): Promise<TortureReport> {
  const run = new Torture(edge, seededRandom(seed));
  for (let step = 0; step < steps; step += 1) await run.step();
  return await run.end();
}

class Torture {
  readonly #edge: HaproxyEdge;
  readonly #random: Random;
  readonly #desired = new Map<string, Delivery>();
  /** Every serial that was ever made for a name. */
  readonly #owners = new Map<string, string>();
  readonly #crossed = new Set<string>();
  readonly #incomplete = new Set<string>();
  readonly #counts = { puts: 0, removes: 0, reloads: 0, restarts: 0, kills: 0 };
  #driver: Driver;

  constructor(edge: HaproxyEdge, random: Random) {
    this.#edge = edge;
    this.#random = random;
    this.#driver = edge.openDriver();
  }

  async step(): Promise<void> {
    const lot = this.#between(0, 99);
    if (lot < 60) await this.#put();
    else if (lot < 80) await this.#remove();
    else if (lot < 86) await this.#putAndKill();
    else if (lot < 92) await this.#openTheirTransaction();
    else if (lot < 97) await this.#reload();
    else await this.#restart();
  }

  async end(): Promise<TortureReport> {
    await this.#reconcile();
    const wrong: string[] = [];
    for (let number = 0; number < lineages; number += 1) {
      const delivery = this.#desired.get(`t${number}`);
      for (const name of namesOf(`t${number}`, 3)) {
        const expected = delivery?.names.includes(name) ? delivery.ref.serial : null;
        const served = await this.#look(name);
        if (served !== expected) wrong.push(`${name}: ${served} instead of ${expected}`);
      }
    }
    const [crossed, incomplete] = [[...this.#crossed], [...this.#incomplete]];
    return { ...this.#counts, crossed, incomplete, wrong };
  }

  async #put(): Promise<void> {
    this.#counts.puts += 1;
    const delivery = await this.#wish();
    mustBeDone(await this.#driver.put(delivery, never));
    await this.#look(delivery.names[0] ?? "");
  }

  async #remove(): Promise<void> {
    this.#counts.removes += 1;
    const lineageId = this.#pick();
    const { names } = this.#desired.get(lineageId) ?? { names: [] };
    this.#desired.delete(lineageId);
    mustBeDone(await this.#driver.remove({ lineageId, names }, never));
  }

  /** The agent ends after a few commands of a put; what it had under way stays as it is. */
  async #putAndKill(): Promise<void> {
    this.#counts.kills += 1;
    const delivery = await this.#wish();
    const killed = new AbortController();
    const put = this.#driver.put(delivery, killed.signal);
    for (let turns = this.#between(0, 40); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    killed.abort();
    await put;
    this.#driver = this.#edge.openDriver();
    await this.#reconcile();
  }

  async #openTheirTransaction(): Promise<void> {
    const { pair } = await this.#edge.issue("theirs", ["theirs.example.org"]);
    const paths = await this.#edge.haproxy.ask("show ssl cert\n");
    const [path] = /^\/\S+\.pem$/m.exec(paths) ?? [];
    if (path === undefined) return;
    await this.#edge.haproxy.ask(`set ssl cert ${path} <<\n${pair.chainPem}${pair.keyPem}\n`);
  }

  async #reload(): Promise<void> {
    this.#counts.reloads += 1;
    await this.#edge.haproxy.reload();
  }

  async #restart(): Promise<void> {
    this.#counts.restarts += 1;
    await this.#edge.haproxy.kill();
    await this.#edge.haproxy.start();
    await this.#reconcile();
  }

  /** As the agent does: by what HAProxy says that it has. */
  async #reconcile(): Promise<void> {
    const listed = await this.#driver.list(never);
    if (listed === null) throw new Error("HAProxy does not say what it has.");
    for (const [lineageId, delivery] of this.#desired) {
      if (listed.get(lineageId) !== delivery.ref.serial) mustBeDone(await this.#driver.put(delivery, never));
    }
    for (const lineageId of listed.keys()) {
      if (!this.#desired.has(lineageId))
        mustBeDone(await this.#driver.remove({ lineageId, names: [] }, never));
    }
  }

  /** A new certificate for a lineage: for its names as they were, or for others. */
  async #wish(): Promise<Delivery> {
    const lineageId = this.#pick();
    const former = this.#desired.get(lineageId)?.names;
    const asBefore = former !== undefined && this.#between(0, 3) > 0;
    const names = asBefore ? former : namesOf(lineageId, this.#between(1, 3));
    const delivery = await this.#edge.issue(lineageId, names);
    this.#owners.set(delivery.ref.serial, lineageId);
    this.#desired.set(lineageId, delivery);
    return delivery;
  }

  async #look(name: string): Promise<string | null> {
    const served = await this.#edge.look(name);
    if (served === null) return null;
    if (this.#owners.get(served.serial) !== name.split(".").at(-3)) this.#crossed.add(name);
    if (!served.isTrusted) this.#incomplete.add(name);
    return served.serial;
  }

  /** Both included. */
  #between(lowest: number, highest: number): number {
    return lowest + Math.floor(this.#random() * (highest - lowest + 1));
  }

  #pick(): string {
    return `t${this.#between(0, lineages - 1)}`;
  }
}

const namesOf = (lineageId: string, count: number): readonly string[] =>
  ["", "www.", "shop."].slice(0, count).map((label) => `${label}${lineageId}.example.com`);

function mustBeDone(outcome: { readonly kind: string }): void {
  if (outcome.kind !== "done") throw new Error(`The driver says ${JSON.stringify(outcome)}.`);
}
