/**
 * Authoritative name servers on loopback addresses, over UDP and TCP on one port: zones with delegations, signed ones,
 * and servers that misbehave.
 */
import { createHash, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Answer, type DnskeyData, decode, encode, type RecordType } from "dns-packet";
import { freePort } from "../../../../tools/peers/free-port.ts";
import { isUnder } from "../../src/checks/dns-message.ts";
import { keyTag } from "../../src/checks/dnssec.ts";

export interface TestZone {
  readonly origin: string;
  readonly records: Answer[];
  /** Null: it is not signed. */
  readonly key: ZoneKey | null;
}

export interface ZoneKey {
  readonly data: DnskeyData;
  readonly secret: KeyObject;
  /** Of the signatures it makes, in seconds since 1970. */
  readonly validity: { inception: number; expiration: number };
}

/** What a server does instead of answering. */
export type Misbehaviour = "silent" | "garbage" | "truncated" | "SERVFAIL" | "REFUSED";

export interface NameServers extends AsyncDisposable {
  readonly port: number;
  /** Questions that came, as `127.0.0.1 name TYPE`. */
  readonly asked: string[];
  /** By server's address, or by `address name TYPE`. */
  readonly misbehaving: Map<string, Misbehaviour>;
}

/** @param lines `name TYPE data`, relative to the origin; `@` is the origin itself. */
export function zone(origin: string, lines: readonly string[], key: ZoneKey | null = null): TestZone {
  const records = lines.map((line) => record(line, origin));
  if (key !== null) records.push({ type: "DNSKEY", name: origin, ttl: 60, data: key.data });
  const soa = {
    mname: `ns.${origin}`,
    rname: `hostmaster.${origin}`,
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 1,
  };
  return { origin, key, records: [...records, { type: "SOA", name: origin, ttl: 60, data: soa }] };
}

function record(line: string, origin: string): Answer {
  const [, owner = "", type = "", data = ""] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
  const name = absolute(owner, origin);
  if (type === "CAA") {
    const [, flags, tag = "", value = ""] = /^(\d+) (\S+) "(.*)"$/.exec(data) ?? [];
    return { type, name, ttl: 60, data: { flags: Number(flags), tag: tag as "issue", value } };
  }
  if (type === "CNAME" || type === "DNAME" || type === "NS")
    return { type, name, ttl: 60, data: absolute(data, origin) };
  return { type: type as "A", name, ttl: 60, data };
}

/** A name with a dot at its end is absolute already. */
function absolute(name: string, origin: string): string {
  if (name.endsWith(".") && name !== ".") return name.slice(0, -1);
  return name === "@" ? origin : origin === "." ? name : `${name}.${origin}`;
}

export function zoneKey(now: number): ZoneKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const key = Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url")));
  const seconds = Math.floor(now / 1_000);
  return {
    data: { flags: 257, algorithm: 13, key },
    secret: privateKey,
    validity: { inception: seconds - 3_600, expiration: seconds + 3_600 },
  };
}

/** The DS record that the parent has for a key of its child. */
export function delegationSigner(origin: string, { data }: ZoneKey): Answer {
  const owner = Buffer.concat(
    [...origin.split("."), ""].map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
  );
  const header = Buffer.from([data.flags >> 8, data.flags & 255, 3, data.algorithm]);
  const digest = createHash("sha256").update(owner).update(header).update(data.key).digest();
  return {
    type: "DS",
    name: origin,
    ttl: 60,
    data: { keyTag: keyTag(data), algorithm: 13, digestType: 2, digest },
  };
}

export async function startNameServers(
  zones: Readonly<Record<string, readonly TestZone[]>>,
): Promise<NameServers> {
  await using opened = new AsyncDisposableStack();
  const asked: string[] = [];
  const misbehaving = new Map<string, Misbehaviour>();
  const port = await freePort();
  for (const [address, served] of Object.entries(zones)) {
    const answer = (query: Buffer, overTcp: boolean): Buffer | null => {
      const [question] = decode(query).questions ?? [];
      if (question === undefined) return null;
      const line = `${address} ${question.name} ${question.type}`;
      asked.push(line);
      const instead = misbehaving.get(line) ?? misbehaving.get(address);
      if (instead === undefined || (instead === "truncated" && overTcp)) return reply(query, served);
      return misbehave(query, instead);
    };
    opened.adopt(await listenTcp(address, port, answer), closeTcp);
    opened.adopt(await listenUdp(address, port, answer), closeUdp);
  }
  const lifetime = opened.move();
  return { port, asked, misbehaving, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

type AnswerQuery = (query: Buffer, overTcp: boolean) => Buffer | null;

async function listenUdp(address: string, port: number, answer: AnswerQuery): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const bytes = answer(query, false);
    if (bytes !== null) socket.send(bytes, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}

async function closeUdp(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}

async function listenTcp(address: string, port: number, answer: AnswerQuery): Promise<Server> {
  const server = createServer((connection) => {
    connection.on("error", () => {});
    connection.on("data", (bytes) => {
      const answered = answer(bytes.subarray(2), true);
      if (answered === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answered.length);
      connection.write(Buffer.concat([length, answered]));
    });
  });
  server.listen(port, address);
  await once(server, "listening");
  return server;
}

async function closeTcp(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
}

const rcodes = { SERVFAIL: 2, REFUSED: 5 } as const;
const truncatedFlag = 0x200;
const authoritativeFlag = 0x400;

function misbehave(query: Buffer, how: Misbehaviour): Buffer | null {
  if (how === "silent") return null;
  if (how === "garbage") return Buffer.from("no DNS message at all");
  const { id, questions } = decode(query);
  const flags = how === "truncated" ? truncatedFlag : rcodes[how];
  return encode({ type: "response", id: id ?? 0, flags, questions: questions ?? [] });
}

function reply(query: Buffer, zones: readonly TestZone[]): Buffer | null {
  const { id = 0, questions = [] } = decode(query);
  const [question] = questions;
  if (question === undefined) return null;
  const name = question.name.toLowerCase();
  const asked = { name, type: question.type };
  const serving = zones
    .filter(
      ({ origin }) =>
        isUnder(name, origin) && !(question.type === "DS" && name === origin && zones.length > 1),
    )
    .toSorted((a, b) => b.origin.length - a.origin.length)[0];
  if (serving === undefined) return encode({ type: "response", id, flags: rcodes.REFUSED, questions });
  return encode({ type: "response", id, questions, ...answerOf(serving, asked) });
}

function answerOf(serving: TestZone, { name, type }: { name: string; type: RecordType }) {
  const cut = serving.records.find(
    (each) =>
      each.type === "NS" &&
      each.name !== serving.origin &&
      isUnder(name, each.name) &&
      !(type === "DS" && name === each.name),
  );
  if (cut !== undefined) {
    const named = serving.records.filter(
      ({ name: owner, type: kind }) => owner === cut.name && kind === "NS",
    );
    const ds = serving.records.filter(({ name: owner, type: kind }) => owner === cut.name && kind === "DS");
    const servers = new Set(named.map((each) => ("data" in each ? each.data : "")));
    const glue = serving.records.filter((each) => each.type === "A" && servers.has(each.name));
    return { flags: 0, authorities: [...named, ...signed(serving, ds)], additionals: glue };
  }
  const at = serving.records.filter((each) => each.name === name);
  const found = at.filter((each) => each.type === type || each.type === "CNAME");
  if (found.length > 0) return { flags: authoritativeFlag, answers: signed(serving, found) };
  const above = serving.records.find((each) => each.type === "DNAME" && isUnder(name, each.name));
  if (above?.type === "DNAME" && above.name !== name) {
    const data = `${name.slice(0, name.length - above.name.length)}${above.data}`;
    const made: Answer = { type: "CNAME", name, ttl: 60, data };
    return { flags: authoritativeFlag, answers: [...signed(serving, [above]), made] };
  }
  const exists = serving.records.some((each) => isUnder(each.name, name));
  const soa = serving.records.filter((each) => each.type === "SOA");
  return { flags: authoritativeFlag | (exists ? 0 : 3), authorities: signed(serving, soa) };
}

/** The records with the signature over them. */
function signed({ key, origin }: TestZone, records: readonly Answer[]): Answer[] {
  const [first] = records;
  if (key === null || first === undefined) return [...records];
  const { data, secret, validity } = key;
  const labels = first.name.split(".").length;
  const unsigned = {
    typeCovered: first.type,
    algorithm: 13,
    labels,
    originalTTL: 60,
    ...validity,
    keyTag: keyTag(data),
    signersName: origin,
    signature: Buffer.alloc(0),
  };
  const head = encode({
    type: "response",
    answers: [{ type: "RRSIG", name: ".", ttl: 60, data: unsigned }],
  }).subarray(23);
  const bodies = records.map((each) =>
    encode({ type: "response", answers: [{ ...each, ttl: 60, class: "IN" } as Answer] }).subarray(12),
  );
  const signature = createSign("sha256")
    .update(Buffer.concat([head, ...bodies.toSorted((a, b) => Buffer.compare(a, b))]))
    .sign({ key: secret, dsaEncoding: "ieee-p1363" });
  return [...records, { type: "RRSIG", name: first.name, ttl: 60, data: { ...unsigned, signature } }];
}
