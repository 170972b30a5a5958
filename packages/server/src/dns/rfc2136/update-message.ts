/** DNS UPDATE messages (RFC 2136 section 2): written whole, of replies only what is needed. */
import type { TextRecord } from "../dns-provider.ts";
import { recordLifetime } from "../dns-provider.ts";

const updateOpcode = 5 << 11;
const types = { SOA: 6, TXT: 16 } as const;
const classes = { IN: 1, NONE: 254 } as const;
const headerLength = 12;

/** One change of a zone. Adding what is there, or deleting what is not, changes nothing (sections 3.4.2.2 and 3.4.2.4). */
export function updateMessage(
  id: number,
  change: "add" | "delete",
  { zone, name, text }: TextRecord,
): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(updateOpcode, 2);
  header.writeUInt16BE(1, 4); // of zones
  header.writeUInt16BE(1, 8); // of updates
  const content = Buffer.concat([Buffer.of(text.length), Buffer.from(text, "latin1")]);
  const [owner, lifetime] = change === "add" ? [classes.IN, recordLifetime] : [classes.NONE, 0];
  return Buffer.concat([
    header,
    wireName(zone),
    uint16(types.SOA),
    uint16(classes.IN),
    wireName(name),
    uint16(types.TXT),
    uint16(owner),
    uint32(lifetime),
    uint16(content.length),
    content,
  ]);
}

/** Uncompressed, and in lower case as TSIG wants it (RFC 8945 section 4.3.3). */
export function wireName(name: string): Buffer {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".");
  const parts = labels.filter((label) => label !== "");
  return Buffer.concat([
    ...parts.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, "latin1")])),
    Buffer.of(0),
  ]);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const responseCodes: Readonly<Record<number, string>> = {
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
};

/** `NOERROR`, or the name of what is wrong. */
export function responseCode(message: Buffer): string {
  const code = message.readUInt16BE(2) & 15;
  return code === 0 ? "NOERROR" : (responseCodes[code] ?? `RCODE ${code}`);
}

export interface LastRecord {
  /** Where it begins. */
  readonly start: number;
  readonly type: number;
  readonly content: Buffer;
}

/** The last record of all sections, where a signature stands; null: there is none. @throws RangeError for a damaged message. */
export function lastRecord(message: Buffer): LastRecord | null {
  let at = headerLength;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = endOfName(message, at) + 4;
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let last: LastRecord | null = null;
  for (let left = records; left > 0; left -= 1) {
    const start = at;
    at = endOfName(message, at);
    const type = message.readUInt16BE(at);
    const end = at + 10 + message.readUInt16BE(at + 8);
    if (end > message.length) throw new RangeError("A record is longer than its message.");
    last = { start, type, content: message.subarray(at + 10, end) };
    at = end;
  }
  return last;
}

/** Past a name, compressed or not. @throws RangeError */
export function endOfName(message: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}
