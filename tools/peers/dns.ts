import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Socket as Connection, createServer } from "node:net";
import { freePort } from "./free-port.ts";

/** The IPv4 addresses of a name, in lower case without the trailing dot; none means: exists, has no address. */
export type AddressesOf = (name: string) => readonly string[];

/** The TXT records of a name, likewise; each at most 65,000 octets of ASCII. */
export type TextsOf = (name: string) => readonly string[];

export interface Zone {
  /** Every name is 127.0.0.1 by default. */
  readonly addressesOf?: AddressesOf;
  /** No name has a text by default. */
  readonly textsOf?: TextsOf;
}

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`, UDP and TCP. */
  readonly address: string;
}

interface Question {
  readonly name: string;
  readonly type: number;
  /** Where it ends in the query. */
  readonly end: number;
}

const headerLength = 12;
/** Octets that every resolver takes (RFC 1035 4.2.1). */
const longestDatagram = 512;
const longestMessage = 65_535;
const typeA = 1;
const typeText = 16;
const timeToLive = 0;

/** A DNS server for test CAs: answers A and TXT from the zone, every other type with an empty answer (RFC 1035 4.1). */
export async function startDns(zone: Zone = {}): Promise<DnsServer> {
  await using opened = new AsyncDisposableStack();
  const port = await freePort();
  opened.adopt(await answerDatagrams(port, zone), closeSocket);
  opened.use(await answerConnections(port, zone));
  const lifetime = opened.move();
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

async function answerDatagrams(port: number, zone: Zone): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const reply = answer(query, zone, longestDatagram);
    if (reply !== null) socket.send(reply, from.port, from.address);
  });
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}

/** The same messages, each after two octets with its length (RFC 1035 4.2.2). */
async function answerConnections(port: number, zone: Zone): Promise<AsyncDisposable> {
  const open = new Set<Connection>();
  const server = createServer((connection) => {
    open.add(connection);
    connection.once("close", () => open.delete(connection));
    answerConnection(connection, zone);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      for (const connection of open) connection.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

function answerConnection(connection: Connection, zone: Zone): void {
  let pending = Buffer.alloc(0);
  // Who asks may leave at any time; a question half asked is none.
  connection.on("error", () => connection.destroy());
  connection.on("data", (piece) => {
    pending = Buffer.concat([pending, piece]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const reply = answer(pending.subarray(2, end), zone, longestMessage);
      pending = pending.subarray(end);
      if (reply !== null) connection.write(Buffer.concat([uint16(reply.length), reply]));
    }
  });
}

/**
 * `null` for what is no question: it is left without an answer. One longer than `most` octets is without records and
 * says so, which lets the resolver ask again by TCP (RFC 2181 section 9).
 */
function answer(query: Buffer, zone: Zone, most: number): Buffer | null {
  const question = readQuestion(query);
  if (question === null) return null;
  const all = recordsFor(question, zone);
  const fits = all.reduce((length, each) => length + each.length, question.end) <= most;
  const records = fits ? all : [];
  const header = Buffer.from(query.subarray(0, headerLength));
  // A response, authoritative, truncated or not, recursion desired and available, no error.
  header.writeUInt16BE(fits ? 0x8580 : 0x8780, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(headerLength, question.end), ...records]);
}

function recordsFor({ name, type }: Question, zone: Zone): readonly Buffer[] {
  const { addressesOf = () => ["127.0.0.1"], textsOf = () => [] } = zone;
  if (type === typeA) {
    return addressesOf(name).map((address) => record(type, Buffer.from(address.split(".").map(Number))));
  }
  if (type === typeText) return textsOf(name).map((text) => record(type, characterStrings(text)));
  return [];
}

function record(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | headerLength, 0); // the name: see the question
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(timeToLive, 6);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, content]);
}

/** A text in pieces of 255 octets at most, each after its length (RFC 1035 3.3.14). */
function characterStrings(text: string): Buffer {
  const pieces = text.match(/[^]{1,255}/g) ?? [""];
  return Buffer.concat(
    pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece, "latin1")])),
  );
}

function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}

function readQuestion(query: Buffer): Question | null {
  const labels: string[] = [];
  let at = headerLength;
  for (let length = query[at]; length !== undefined && length > 0; length = query[at]) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > query.length) return null;
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}
