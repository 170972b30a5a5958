import type { Holding } from "./holding.ts";
import { holdingOf, recordOf } from "./state-record.ts";

/**
 * Holdings by lineage in little memory: an edge knows a hundred thousand and looks at a few. What one says is mostly one
 * certificate, at some stage; that is kept as one text of some 120 bytes, where the objects take 400, and made into them
 * when it is asked for. What a lineage is on its way from one certificate to the next stays as it is.
 */
export class PackedHoldings {
  readonly #byLineage = new Map<string, string | Holding>();

  get(lineageId: string): Holding | null {
    const kept = this.#byLineage.get(lineageId);
    return typeof kept === "string" ? unpack(lineageId, kept) : (kept ?? null);
  }

  has(lineageId: string): boolean {
    return this.#byLineage.has(lineageId);
  }

  set(holding: Holding): void {
    this.#byLineage.set(holding.lineageId, pack(holding) ?? holding);
  }

  delete(lineageId: string): void {
    this.#byLineage.delete(lineageId);
  }

  ids(): IterableIterator<string> {
    return this.#byLineage.keys();
  }

  *values(): Generator<Holding, void, undefined> {
    for (const [lineageId, kept] of this.#byLineage) {
      yield typeof kept === "string" ? unpack(lineageId, kept) : kept;
    }
  }
}

/** How far the one certificate has come that there is. */
const stages = ["wanted", "installed", "loaded", "proved"] as const;

type Packed = readonly [
  stage: number,
  certificateId: string,
  serial: string,
  notAfter: string,
  twinOf: string | null,
  ...names: readonly string[],
];

/** Null: it speaks of more than one certificate, or of none. */
function pack(holding: Holding): string | null {
  const { twinOf, names, wanted } = holding;
  const { installed, loaded, proved } = recordOf(holding);
  if (wanted === null) return null;
  const words = [wanted, installed, loaded, proved];
  const stage = words.findLastIndex((word) => word !== null);
  const isOne = words.every(
    (word, at) => at === 0 || (at <= stage ? word === stages[at - 1] : word === null),
  );
  if (!isOne) return null;
  const packed: Packed = [stage, wanted.certificateId, wanted.serial, wanted.notAfter, twinOf, ...names];
  return JSON.stringify(packed);
}

function unpack(lineageId: string, text: string): Holding {
  const [stage, certificateId, serial, notAfter, twinOf, ...names] = JSON.parse(text) as Packed;
  return holdingOf({
    kind: "lineage",
    lineageId,
    names,
    ...(twinOf === null ? {} : { twinOf }),
    wanted: { certificateId, serial, notAfter },
    installed: stage >= 1 ? "wanted" : null,
    loaded: stage >= 2 ? "installed" : null,
    proved: stage >= 3 ? "loaded" : null,
  });
}
