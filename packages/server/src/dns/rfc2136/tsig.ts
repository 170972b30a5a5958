/** Signatures of DNS messages by a shared secret: TSIG (RFC 8945). */
import { createHmac, timingSafeEqual } from "node:crypto";
import { endOfName, lastRecord, uint16, uint32, wireName } from "./update-message.ts";

export const tsigAlgorithms = ["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1"] as const;
export type TsigAlgorithm = (typeof tsigAlgorithms)[number];

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

export interface Signed {
  readonly message: Buffer;
  /** What the reply's signature goes by. */
  readonly mac: Buffer;
}

/** A reply that is not signed as it must be, or whose signature says what is wrong. The message is for a person. */
export class TsigFault extends Error {
  readonly code = "tsig-fault";
}

const tsigType = 250;
const anyClass = 255;
/** How far clocks may be apart, in seconds; the RFC's recommendation (section 10). */
const fudge = 300;
const additionalCount = 10;

/** @param now seconds since 1970. */
export function sign(message: Buffer, key: TsigKey, now: number): Signed {
  const name = wireName(key.name);
  const algorithm = wireName(key.algorithm);
  const times = Buffer.concat([uint48(now), uint16(fudge)]);
  const nothing = Buffer.concat([uint16(0), uint16(0)]);
  const mac = digest(key, [message, name, uint16(anyClass), uint32(0), algorithm, times, nothing]);
  const content = Buffer.concat([algorithm, times, uint16(mac.length), mac, message.subarray(0, 2), nothing]);
  const record = Buffer.concat([
    name,
    uint16(tsigType),
    uint16(anyClass),
    uint32(0),
    uint16(content.length),
    content,
  ]);
  return { message: Buffer.concat([withRecords(message, 1), record]), mac };
}

/**
 * Whether the reply is of the one that has the key, to this request (section 5.3.1).
 *
 * @param now seconds since 1970.
 * @throws TsigFault; RangeError for a damaged message.
 */
export function verifyReply(reply: Buffer, key: TsigKey, requestMac: Buffer, now: number): void {
  const record = lastRecord(reply);
  if (record === null || record.type !== tsigType) throw new TsigFault("its reply is not signed");
  const { content } = record;
  const at = endOfName(content, 0);
  const algorithm = content.subarray(0, at);
  const macLength = content.readUInt16BE(at + 8);
  const mac = content.subarray(at + 10, at + 10 + macLength);
  const rest = content.subarray(at + 10 + macLength);
  const error = rest.readUInt16BE(2);
  if (error !== 0) throw new TsigFault(errors[error] ?? `it answers with the TSIG error ${error}`);
  const plain = withRecords(reply.subarray(0, record.start), -1);
  rest.copy(plain, 0, 0, 2);
  const expected = digest(key, [
    uint16(requestMac.length),
    requestMac,
    plain,
    wireName(key.name),
    uint16(anyClass),
    uint32(0),
    algorithm,
    content.subarray(at, at + 8),
    rest.subarray(2),
  ]);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
    throw new TsigFault("its reply has a wrong signature");
  if (Math.abs(content.readUIntBE(at, 6) - now) > content.readUInt16BE(at + 6))
    throw new TsigFault("its reply is of another time: the clocks differ");
}

/** Section 3.2 of RFC 8945. */
const errors: Readonly<Record<number, string>> = {
  16: "it finds the signature wrong (BADSIG): the key's secret differs",
  17: "it does not know the key (BADKEY): its name or algorithm differs",
  18: "it finds the signature's time wrong (BADTIME): the clocks differ",
  22: "it wants a longer signature (BADTRUNC)",
};

const digest = ({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer => {
  const hmac = createHmac(algorithm.replace("hmac-", ""), secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

/** A copy whose additional section has so many records more. */
function withRecords(message: Buffer, more: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(message.readUInt16BE(additionalCount) + more, additionalCount);
  return copy;
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
