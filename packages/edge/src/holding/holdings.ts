import type { EdgeCertificate, EdgeChange } from "@certmill/api/edge";
import { Arrivals } from "./arrivals.ts";
import { ByNeed } from "./by-need.ts";
import {
  type CertificateRef,
  fileStep,
  type Holding,
  needsLoading,
  needsProof,
  refOf,
  type Served,
} from "./holding.ts";
import { Kept } from "./kept.ts";
import { PackedHoldings } from "./packed-holdings.ts";
import { TextMap } from "./text-map.ts";
import { wildcardOf } from "./wildcard-of.ts";

/**
 * All lineages of this edge, with the feed's cursor up to which they are known. Every change of one is made
 * in one turn of the event loop: a copy taken at any moment is consistent with its cursor.
 */
export class Holdings {
  readonly #changed: (lineageId: string | null) => void;
  readonly #kept: Kept;
  readonly #byLineage = new PackedHoldings();
  readonly #lineageByName = new TextMap();
  /** Twins, by the lineages whose they are. */
  readonly #twins = new Map<string, string>();
  readonly #held = new Set<string>();
  /** Lineages that a handshake waits for. */
  readonly #asked = new Set<string>();
  readonly #unsettled = new ByNeed();
  readonly #unloaded = new ByNeed();
  readonly #unproved = new ByNeed();
  readonly #arrivals = new Arrivals();
  #cursor: string | null = null;
  #fileChanges = 0;

  /**
   * @param changed called after every change, with the lineage's id; null: nothing of a lineage has.
   * @param keep so many are installed at most, those that were asked for last; null: all.
   */
  constructor(changed: (lineageId: string | null) => void, keep: number | null = null) {
    this.#changed = changed;
    this.#kept = new Kept(keep);
  }

  /** Takes up what an earlier run held. */
  resume(cursor: string | null, holdings: Iterable<Holding>): void {
    for (const holding of holdings) this.#put(holding);
    this.#cursor = cursor;
    this.#changed(null);
  }

  /** Some of what the server wants served. As with changes, it becomes work by {@link release}. */
  acceptPage(certificates: readonly EdgeCertificate[]): void {
    for (const certificate of certificates) this.#want(certificate, certificate);
    this.#changed(null);
  }

  /** Everything the server wants served was in pages before; what is not `present` in them is not wanted any more. */
  endSnapshot(present: { has(lineageId: string): boolean }, cursor: string): void {
    for (const lineageId of this.#byLineage.ids()) {
      const holding = present.has(lineageId) ? null : this.get(lineageId);
      if (holding !== null) this.#want(holding, null);
    }
    this.#cursor = cursor;
    this.#changed(null);
  }

  acceptChanges(changes: readonly EdgeChange[], cursor: string): void {
    for (const change of changes) this.#want(change, change.kind === "put" ? change : null);
    this.#cursor = cursor;
    this.#changed(null);
  }

  /** A certificate that a handshake asks for: it is installed before others. One that is known already stays as the feed told it. */
  acceptDemanded(certificate: EdgeCertificate): void {
    const { lineageId } = certificate;
    this.#asked.add(lineageId);
    if (this.has(lineageId)) this.#indexPair(lineageId);
    else this.#want(certificate, certificate);
    this.#changed(null);
  }

  /** Lets everything accepted so far become work: it is written down. */
  release(): void {
    for (const lineageId of this.#held) {
      this.#held.delete(lineageId);
      this.#indexPair(lineageId);
    }
    this.#changed(null);
  }

  markInstalled(lineageId: string, installed: Served | null): void {
    this.#fileChanges += 1;
    this.#update(lineageId, { installed });
  }

  /**
   * It is to be shown anew that it is served.
   *
   * @param loaded what the proxy has taken up, by lineage; null: nothing of it any more.
   */
  markLoaded(loaded: ReadonlyMap<string, Served | null>): void {
    for (const [lineageId, served] of loaded) this.#update(lineageId, { loaded: served, proved: null });
  }

  /** A handshake has shown it, or nobody is going to look. */
  markProved(lineageId: string, ref: CertificateRef): void {
    this.#update(lineageId, { proved: ref });
  }

  forget(lineageId: string): void {
    const { names = [], twinOf = null } = this.get(lineageId) ?? {};
    if (twinOf !== null && this.#twins.get(twinOf) === lineageId) this.#twins.delete(twinOf);
    this.#byLineage.delete(lineageId);
    this.#kept.gone(lineageId, names);
    this.#arrivals.tell(names);
    this.#indexPair(lineageId);
    this.#changed(lineageId);
  }

  get cursor(): string | null {
    return this.#cursor;
  }

  /** Rises with every installation and withdrawal. */
  get fileChanges(): number {
    return this.#fileChanges;
  }

  get(lineageId: string): Holding | null {
    return this.#byLineage.get(lineageId);
  }

  has(lineageId: string): boolean {
    return this.#byLineage.has(lineageId);
  }

  /** Each is made when its turn comes. */
  all(): Iterable<Holding> {
    return this.#byLineage.values();
  }

  /** Of all lineages. */
  ids(): Iterable<string> {
    return this.#byLineage.ids();
  }

  /** Lineages whose files are not as they should be. */
  get unsettled(): ByNeed {
    return this.#unsettled;
  }

  /** Lineages whose files the proxy has not loaded yet. */
  get unloaded(): ByNeed {
    return this.#unloaded;
  }

  /** Lineages of which it is not shown yet that the proxy serves what it has loaded. */
  get unproved(): ByNeed {
    return this.#unproved;
  }

  /** The lineage installed for a name of a TLS handshake: the name itself first, then the wildcard above it. */
  installedFor(name: string): Holding | null {
    const own = this.#lineageByName.get(name);
    // What is the name's own and rests goes before the wildcard that is there.
    if (own === undefined && this.#kept.restingFor(name) !== null) return null;
    const lineageId = own ?? this.#lineageByName.get(wildcardOf(name));
    if (lineageId === undefined) return null;
    if (this.#kept.use(lineageId)) this.#indexPair(lineageId);
    return this.get(lineageId);
  }

  /** Whether what is installed for a name lacks its twin, which rested with it and is on its way. */
  awaitsTwin(name: string): boolean {
    const lineageId = this.installedFor(name)?.lineageId ?? null;
    const twin = lineageId === null ? null : this.twinOf(lineageId);
    return twin !== null && twin.installed === null && this.#kept.mayRest(twin);
  }

  /**
   * Waits until something else may be installed for a name; never throws.
   *
   * @param until milliseconds since 1970.
   */
  async arrivalFor(name: string, until: number, signal: AbortSignal): Promise<void> {
    await this.#arrivals.at(name, until, signal);
  }

  /** By which of its names something that is installed, or rests, is there for a name; null: nothing is. */
  coverOf(name: string): "name" | "wildcard" | null {
    const isThere = (at: string) => this.#lineageByName.has(at) || this.#kept.restingFor(at) !== null;
    if (isThere(name)) return "name";
    return isThere(wildcardOf(name)) ? "wildcard" : null;
  }

  /** Has what rests for a name installed, before all others. @returns false: nothing does. */
  askFor(name: string): boolean {
    const lineageId = this.#restingFor(name);
    if (lineageId === null) return false;
    this.#asked.add(lineageId);
    this.#indexPair(lineageId);
    this.#changed(null);
    return true;
  }

  #restingFor(name: string): string | null {
    return this.#kept.restingFor(name) ?? this.#kept.restingFor(wildcardOf(name));
  }

  /** Whether it is to make room for others that are asked for. A twin goes with the one that it is of. */
  isSurplus({ lineageId, twinOf, installed }: Holding): boolean {
    if (twinOf === null) return this.#kept.isSurplus(lineageId);
    return installed !== null && !this.#isWithOther(twinOf);
  }

  /** The lineage with the RSA certificate for the same names; null: there is none. */
  twinOf(lineageId: string): Holding | null {
    const twin = this.#twins.get(lineageId);
    return twin === undefined ? null : this.get(twin);
  }

  /**
   * A removal of a lineage that is not known is kept as work: an earlier run may have installed it and been
   * killed before it wrote that down.
   */
  #want(
    { lineageId, names, twinOf }: Pick<Holding, "lineageId" | "names"> & { readonly twinOf?: string | null },
    ref: CertificateRef | null,
  ): void {
    const known = this.get(lineageId) ?? { installed: null, loaded: null, proved: null };
    this.#held.add(lineageId);
    // A server that does not know of twins says nothing of them.
    this.#put({ ...known, lineageId, names, twinOf: twinOf ?? null, wanted: refOf(ref) });
    this.#changed(lineageId);
  }

  #update(lineageId: string, part: Partial<Holding>): void {
    const holding = this.get(lineageId);
    if (holding === null) return;
    this.#put({ ...holding, ...part });
    this.#changed(lineageId);
  }

  #put(holding: Holding): void {
    const { lineageId, twinOf } = holding;
    const surplus = twinOf === null ? this.#nameLineage(holding) : [];
    this.#byLineage.set(holding);
    if (twinOf !== null) {
      this.#twins.set(twinOf, lineageId);
      this.#arrivals.tell(holding.names);
    }
    for (const changed of [lineageId, ...surplus]) this.#indexPair(changed);
  }

  /** Whether a lineage of which a twin is wanted is installed and stays, or is about to be: where not all are kept, its twin is there as long. */
  #isWithOther(lineageId: string): boolean {
    return this.#kept.stays(lineageId) || this.#asked.has(lineageId);
  }

  /** @returns those that are to make room for it. */
  #nameLineage(holding: Holding): readonly string[] {
    const { lineageId, installed } = holding;
    const before = this.get(lineageId);
    for (const name of before?.installed?.names ?? []) {
      if (this.#lineageByName.get(name) === lineageId) this.#lineageByName.delete(name);
    }
    for (const name of installed?.names ?? []) this.#lineageByName.set(name, lineageId);
    this.#arrivals.tell(installed?.names ?? []);
    return this.#kept.put(holding, before?.names ?? []);
  }

  /** Takes up what is to be done for a lineage, and for its twin, which follows it. */
  #indexPair(lineageId: string): void {
    this.#index(lineageId);
    const twin = this.#twins.get(lineageId);
    if (twin !== undefined) this.#index(twin);
  }

  #index(lineageId: string): void {
    const holding = this.get(lineageId);
    if (holding === null || fileStep(holding) === null) this.#asked.delete(lineageId);
    const isAsked = this.#asked.has(lineageId) || this.#asked.has(holding?.twinOf ?? lineageId);
    const when = (work: (holding: Holding) => boolean): Holding | null =>
      holding !== null && work(holding) ? holding : null;
    this.#unloaded.set(lineageId, when(needsLoading));
    this.#unproved.set(lineageId, when(needsProof));
    this.#unsettled.set(
      lineageId,
      when((at) => this.#isWork(at, isAsked)),
      isAsked ? "asked" : "unasked",
    );
  }

  #isWork(holding: Holding, isAsked: boolean): boolean {
    const { lineageId, twinOf } = holding;
    if (this.#held.has(lineageId)) return false;
    if (this.isSurplus(holding)) return true;
    const rests = this.#kept.mayRest(holding) && (twinOf === null || !this.#isWithOther(twinOf));
    return fileStep(holding) !== null && (isAsked || !rests);
  }
}
