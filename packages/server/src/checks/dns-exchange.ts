/** One question to one server: over UDP, and over TCP when the answer does not fit (RFC 7766). */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import type { Duration } from "@certmill/domain";
import { type DnsReply, packQuery, type Question, readReply } from "./dns-message.ts";

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

export type ExchangeOptions = {
  readonly recurse: boolean;
  readonly checkingDisabled: boolean;
  readonly signal: AbortSignal;
};

/** Asks one server. @throws {NoReply} when there is none in time; the signal's reason. */
export type Exchange = (
  server: NameServer,
  question: Question,
  options: ExchangeOptions,
) => Promise<DnsReply>;

/** The server said nothing that can be used; the message says why, for a person. */
export class NoReply extends Error {
  readonly code = "dns-no-reply";
  /** False: this host has no way to it. */
  readonly isReachable: boolean;

  constructor(reason: string, isReachable = true) {
    super(reason);
    this.isReachable = isReachable;
  }
}

export function dnsExchange(timeouts: { readonly udp: Duration; readonly tcp: Duration }): Exchange {
  return async (server, question, options) => {
    const id = randomInt(0x1_0000);
    const query = packQuery(question, { id, ...options });
    const read = (bytes: Uint8Array): DnsReply | null => readReply(bytes, id, question);
    const reply = await settle(timeouts.udp, options.signal, (end) => askUdp(server, query, read, end));
    if (!reply.truncated) return reply;
    return settle(timeouts.tcp, options.signal, (end) => askTcp(server, query, read, end));
  };
}

/** How an attempt tells its end; only the first counts. */
interface End {
  readonly done: (reply: DnsReply) => void;
  readonly failed: (reason: string) => void;
}

type Read = (bytes: Uint8Array) => DnsReply | null;

/** @param begin starts the attempt; @returns how to close it. */
function settle(timeout: Duration, signal: AbortSignal, begin: (end: End) => () => void): Promise<DnsReply> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    let close = (): void => {};
    const aborted = (): void => {
      finish();
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => failed("no answer in time"), timeout);
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      close();
      close = () => {};
    };
    const failed = (reason: string): void => {
      finish();
      reject(new NoReply(reason, reason !== unreachable));
    };
    signal.addEventListener("abort", aborted, { once: true });
    close = begin({
      done: (reply) => {
        finish();
        resolve(reply);
      },
      failed,
    });
  });
}

/** A socket of its own, with a port of its own: a forger has to guess it beside the id. */
function askUdp({ address, port }: NameServer, query: Buffer, read: Read, end: End): () => void {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  let open = true;
  socket.on("error", (error) => end.failed(reasonOf(error)));
  socket.on("message", (bytes) => {
    const reply = read(bytes);
    if (reply !== null) end.done(reply);
  });
  // Connected, so that only this server is heard, and a closed port is told.
  socket.connect(port, address, () => {
    if (open) socket.send(query);
  });
  return () => {
    open = false;
    socket.close();
  };
}

function askTcp({ address, port }: NameServer, query: Buffer, read: Read, end: End): () => void {
  const socket = connect({ host: address, port });
  let received = Buffer.alloc(0);
  socket.on("error", (error) => end.failed(reasonOf(error)));
  socket.on("end", () => end.failed("the connection was closed"));
  socket.on("connect", () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    const whole = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
    if (received.length < whole) return;
    const reply = read(received.subarray(2, whole));
    if (reply === null) end.failed("an unreadable answer");
    else end.done(reply);
  });
  return () => socket.destroy();
}

const unreachable = "not reachable from here";

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
      return unreachable;
    default:
      return error.code ?? "an error of the network";
  }
}
