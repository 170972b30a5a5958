/** What a reply says of the name that was asked for. */
import type { Answer, RecordType } from "dns-packet";
import { storableText } from "../storable-text.ts";
import { type DnsReply, isUnder, lowerName, recordsOf } from "./dns-message.ts";
import { signaturesOf } from "./dnssec.ts";
import type { Answered } from "./resolver.ts";

/** The records that decide the answer, with the section that has their signatures. */
export function decisive(
  name: string,
  type: RecordType,
  reply: DnsReply,
): { records: readonly Answer[]; section: readonly Answer[] } {
  const asked = reply.answers.filter((answer) => answer.type === type && answer.name === name);
  const records = asked.length > 0 ? asked : aliasRecords(name, reply);
  if (records.length > 0) return { records, section: reply.answers };
  return { records: recordsOf(reply.authorities, "SOA"), section: reply.authorities };
}

/**
 * The CNAME record of a name. One that a server made from a DNAME record above the name is never signed, and follows from that one
 * (RFC 6672 section 5.3.1).
 */
function aliasRecords(name: string, { answers }: DnsReply): readonly Answer[] {
  const aliases = recordsOf(answers, "CNAME", name);
  const [alias] = aliases;
  if (alias === undefined || signaturesOf(answers, alias).length > 0) return aliases;
  const target = lowerName(alias.data);
  const made = recordsOf(answers, "DNAME").find(
    ({ name: owner, data }) =>
      owner !== name && isUnder(name, owner) && target === redirected(name, owner, lowerName(data)),
  );
  return made === undefined ? aliases : [made];
}

/** A name below `owner` as a DNAME record puts it below `target` (RFC 6672 section 2.2). */
const redirected = (name: string, owner: string, target: string): string =>
  `${name.slice(0, name.length - owner.length)}${target}`;

/** What a reply says of the name; the rest of an alias is for the next question. */
export function answerOf<T>(name: string, type: RecordType, reply: DnsReply): Answered<T> {
  const records = reply.answers.filter((answer) => answer.type === type && answer.name === name);
  if (records.length > 0) return { kind: "found", records: records.map((record) => dataOf(record) as T) };
  const [alias] = recordsOf(reply.answers, "CNAME", name);
  if (alias !== undefined) return { kind: "alias", target: lowerName(storableText(alias.data)) };
  return { kind: reply.rcode === "NXDOMAIN" ? "no-name" : "none" };
}

function dataOf(record: Answer): unknown {
  const data: unknown = "data" in record ? record.data : null;
  return typeof data === "string" ? storableText(data) : data;
}
