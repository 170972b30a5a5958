/** DNS messages as the checks need them, packed and read by dns-packet. */
import { type Answer, decode, encode, type RecordType, type StringAnswer } from "dns-packet";

export interface Question {
  /** Lower case, without a trailing dot; `.` for the root. */
  readonly name: string;
  readonly type: RecordType;
}

export interface DnsReply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  /** Names in lower case. */
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

export interface Asking {
  readonly id: number;
  /** Whether the server is to look further itself. */
  readonly recurse: boolean;
  /** Whether it is to hand out what fails DNSSEC, too. */
  readonly checkingDisabled: boolean;
}

const recursionDesired = 0x100;
const checkingDisabledFlag = 0x10;
/** What the whole of the internet carries in one datagram (DNS flag day 2020). */
const mostUdpBytes = 1_232;
const dnssecOk = 0x8000;

export function packQuery({ name, type }: Question, { id, recurse, checkingDisabled }: Asking): Buffer {
  return encode({
    type: "query",
    id,
    flags: (recurse ? recursionDesired : 0) | (checkingDisabled ? checkingDisabledFlag : 0),
    questions: [{ type, name, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: mostUdpBytes,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: dnssecOk,
        flag_do: true,
        options: [],
      },
    ],
  });
}

/** @returns null for what is no reply to this question: damaged, forged or late. */
export function readReply(bytes: Uint8Array, id: number, { name, type }: Question): DnsReply | null {
  let packet: ReturnType<typeof decode>;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    return null;
  }
  const [question, ...more] = packet.questions ?? [];
  const answersIt = packet.id === id && packet.type === "response" && more.length === 0;
  if (!answersIt || question?.type !== type || lowerName(question.name) !== name) return null;
  return {
    // Named by dns-packet; its types do not say so.
    rcode: String((packet as { rcode?: unknown }).rcode),
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    answers: (packet.answers ?? []).map(lowered),
    authorities: (packet.authorities ?? []).map(lowered),
    additionals: (packet.additionals ?? []).map(lowered),
  };
}

export const lowerName = (name: string): string => {
  const lower = name.toLowerCase();
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower;
};

const lowered = (answer: Answer): Answer => ({ ...answer, name: lowerName(answer.name) });

/** Whether `name` is `zone` or below it; everything is below the root. */
export const isUnder = (name: string, zone: string): boolean =>
  zone === "." || name === zone || name.endsWith(`.${zone}`);

/** dns-packet has one type for all records whose data is a text. */
type OfType<T extends Answer["type"]> = T extends StringAnswer["type"]
  ? StringAnswer
  : Extract<Answer, { readonly type: T }>;

/** The records of one type, of one name when it is given. */
export function recordsOf<T extends Answer["type"]>(
  section: readonly Answer[],
  type: T,
  name: string | null = null,
): OfType<T>[] {
  const isWanted = (answer: Answer): boolean =>
    answer.type === type && (name === null || answer.name === name);
  return section.filter(isWanted) as OfType<T>[];
}
