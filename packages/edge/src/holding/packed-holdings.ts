import type { Holding } from "./holding.ts";
import { holdingOf, recordOf } from "./state-record.ts";
import { TextMap } from "./text-map.ts";

/** In the place of what one says: it is among those that stay as they are. */
const unpacked = "";

/**
 * Holdings by lineage in little memory: an edge knows a hundred thousand and looks at a few. What one says is mostly one
 * certificate, at some stage; that is kept as one text of some 120 bytes, where the objects take 400, and made into them
 * when it is asked for. What a lineage is on its way from one certificate to the next stays as it is.
 *
 * It may change while it is walked through: what is there all the while comes once, as it is then.
 */
export class PackedHoldings {
  readonly #byLineage = new TextMap();
  readonly #unpacked = new Map<string, Holding>();

  get(lineageId: string): Holding | null {
    const text = this.#byLineage.get(lineageId);
    return text === undefined ? null : this.#read(lineageId, text);
  }

  has(lineageId: string): boolean {
    return this.#byLineage.has(lineageId);
  }

  set(holding: Holding): void {
    const { lineageId } = holding;
    const text = pack(holding);
    this.#byLineage.set(lineageId, text ?? unpacked);
    if (text === null) this.#unpacked.set(lineageId, holding);
    else this.#unpacked.delete(lineageId);
  }

  delete(lineageId: string): void {
    this.#byLineage.delete(lineageId);
    this.#unpacked.delete(lineageId);
  }

  ids(): Iterable<string> {
    return this.#byLineage.keys();
  }

  *values(): Generator<Holding, void, undefined> {
    for (const [lineageId, text] of this.#byLineage) {
      const holding = this.#read(lineageId, text);
      if (holding !== null) yield holding;
    }
  }

  #read(lineageId: string, text: string): Holding | null {
    return text === unpacked ? (this.#unpacked.get(lineageId) ?? null) : unpack(lineageId, text);
  }
}

/** How far the one certificate has come that there is. */
const stages = ["wanted", "installed", "loaded", "proved"] as const;

type PackedSerial = string | readonly [base64: string];

type Packed = readonly [
  stage: number,
  certificateId: string,
  serial: PackedSerial,
  notAfter: string | number,
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
  const { certificateId, serial, notAfter } = wanted;
  const packed: Packed = [stage, certificateId, packSerial(serial), packTime(notAfter), twinOf, ...names];
  return JSON.stringify(packed);
}

/** Two thirds of its length, where it is what serial numbers are: lower-case hex, of whole bytes. */
function packSerial(serial: string): PackedSerial {
  const packed = [Buffer.from(serial, "hex").toString("base64")] as const;
  return unpackSerial(packed) === serial ? packed : serial;
}

const unpackSerial = (packed: PackedSerial): string =>
  typeof packed === "string" ? packed : Buffer.from(packed[0], "base64").toString("hex");

/** Seconds since 1970, where that says the same. */
function packTime(time: string): string | number {
  const at = Date.parse(time);
  return Number.isFinite(at) && unpackTime(at / 1_000) === time ? at / 1_000 : time;
}

const unpackTime = (packed: string | number): string =>
  typeof packed === "number" ? new Date(Math.round(packed * 1_000)).toISOString() : packed;

function unpack(lineageId: string, text: string): Holding {
  const [stage, certificateId, serial, notAfter, twinOf, ...names] = JSON.parse(text) as Packed;
  return holdingOf({
    kind: "lineage",
    lineageId,
    names,
    ...(twinOf === null ? {} : { twinOf }),
    wanted: { certificateId, serial: unpackSerial(serial), notAfter: unpackTime(notAfter) },
    installed: stage >= 1 ? "wanted" : null,
    loaded: stage >= 2 ? "installed" : null,
    proved: stage >= 3 ? "loaded" : null,
  });
}
