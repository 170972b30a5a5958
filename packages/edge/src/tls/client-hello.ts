/** What a client says first (RFC 8446 section 4.1.2), as far as an edge has to know it before it answers. */

export interface ClientHello {
  /** The name in SNI (RFC 6066 section 3), in lower case; null: it gives none. */
  readonly serverName: string | null;
  /** What it offers to speak, by ALPN (RFC 7301), the dearest first; empty: it does not say. */
  readonly protocols: readonly string[];
}

export type ParsedHello =
  | { readonly kind: "hello"; readonly hello: ClientHello }
  /** It is not all there yet. */
  | { readonly kind: "more" }
  /** It is none: TLS itself has to say so. */
  | { readonly kind: "other" };

/** The longest that is looked into; key shares of today take two kilobytes. */
const longest = 32 * 1024;
const handshakeRecord = 22;
const clientHello = 1;
const extensionTypes = { serverName: 0, protocols: 16 } as const;
const other: ParsedHello = { kind: "other" };

/** @param bytes all that came so far. Never throws. */
export function parseClientHello(bytes: Buffer): ParsedHello {
  const message = handshakeMessage(bytes);
  if (!Buffer.isBuffer(message)) return message;
  try {
    return { kind: "hello", hello: readHello(message) };
  } catch (error) {
    if (error instanceof RangeError) return other;
    throw error;
  }
}

/** The first message's body, put together from its records (RFC 8446 section 5.1). */
function handshakeMessage(bytes: Buffer): Buffer | ParsedHello {
  const more: ParsedHello = bytes.length >= longest ? other : { kind: "more" };
  const parts: Buffer[] = [];
  let have = 0;
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== handshakeRecord) return other;
    if (at + 5 > bytes.length) return more;
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    const part = bytes.subarray(at + 5, end);
    parts.push(part);
    have += part.length;
    const message = have < 4 ? null : Buffer.concat(parts);
    if (message !== null) {
      if (message[0] !== clientHello) return other;
      const length = message.readUIntBE(1, 3);
      if (length > longest) return other;
      if (message.length >= 4 + length) return message.subarray(4, 4 + length);
    }
    if (end > bytes.length) return more;
    at = end;
  }
  return more;
}

/** Reads lengths and what they are of. @throws RangeError at the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(size: 1 | 2): number {
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("it ends too soon");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** What has its length before it, in so many bytes. */
  vector(size: 1 | 2): Buffer {
    return this.take(this.number(size));
  }
}

function readHello(message: Buffer): ClientHello {
  const reader = new Reader(message);
  reader.take(2 + 32);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  let serverName: string | null = null;
  let protocols: readonly string[] = [];
  if (reader.done) return { serverName, protocols };
  const extensions = new Reader(reader.vector(2));
  while (!extensions.done) {
    const type = extensions.number(2);
    const body = new Reader(extensions.vector(2));
    if (type === extensionTypes.serverName) serverName = hostName(body);
    else if (type === extensionTypes.protocols) protocols = protocolNames(body);
  }
  return { serverName, protocols };
}

function hostName(body: Reader): string | null {
  const list = new Reader(body.vector(2));
  while (!list.done) {
    const type = list.number(1);
    const name = list.vector(2);
    if (type === 0) return name.toString("latin1").toLowerCase();
  }
  return null;
}

function protocolNames(body: Reader): readonly string[] {
  const list = new Reader(body.vector(2));
  const names: string[] = [];
  while (!list.done) names.push(list.vector(1).toString("latin1"));
  return names;
}
