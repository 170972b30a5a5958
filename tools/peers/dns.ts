import { createSocket } from "node:dgram";
import { once } from "node:events";

/** The addresses of a name, in lower case without the trailing dot; none means: exists, has no address. */
export type AddressesOf = (name: string) => readonly string[];

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`, UDP. */
  readonly address: string;
}

const headerLength = 12;
const typeA = 1;
const timeToLive = 0;

/**
 * A DNS server for test CAs: answers A from `addressesOf`, every other type with an empty answer
 * (RFC 1035 4.1). IPv4 only, UDP only.
 */
export async function startDns(addressesOf: AddressesOf = () => ["127.0.0.1"]): Promise<DnsServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const reply = answer(query, addressesOf);
    if (reply !== null) socket.send(reply, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** `null` for what is no question: it is left without an answer. */
function answer(query: Buffer, addressesOf: AddressesOf): Buffer | null {
  const question = readQuestion(query);
  if (question === null) return null;
  const addresses = question.type === typeA ? addressesOf(question.name) : [];
  const header = Buffer.from(query.subarray(0, headerLength));
  header.writeUInt16BE(0x8580, 2); // a response, authoritative, recursion desired and available, no error
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(headerLength, question.end), ...addresses.map(addressRecord)]);
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | headerLength, 0); // the name: see the question
  record.writeUInt16BE(typeA, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(timeToLive, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split(".").map(Number), 12);
  return record;
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } | null {
  const labels: string[] = [];
  let at = headerLength;
  for (let length = query[at]; length !== undefined && length > 0; length = query[at]) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > query.length) return null;
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}
