/** Whether what was written is at every name server: a CA asks any of them, and some of its kin another. */
import type { Propagation } from "@certmill/domain";
import type { Answered, NameLookups, ServerAnswer } from "../checks/resolver.ts";
import type { TextRecord } from "./dns-provider.ts";

/** Names looked at side by side. */
const atOnce = 8;

/** @param begin each zone has look-ups of its own. */
export async function whatIsMissing(
  begin: () => NameLookups,
  records: readonly TextRecord[],
): Promise<Propagation> {
  const byZone = new Map<string, NameLookups>();
  const lookupsOf = (zone: string): NameLookups => {
    const lookups = byZone.get(zone) ?? begin();
    byZone.set(zone, lookups);
    return lookups;
  };
  const left = [...Map.groupBy(records, ({ name }) => name)];
  const seen: Propagation[] = [];
  const lookOn = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, wanted] = next;
      const texts = wanted.map(({ text }) => text);
      const lookups = lookupsOf(wanted[0]?.zone ?? name);
      const told = seenAt(name, texts, await lookups.askEach<TextData>(name, "TXT"));
      seen.push(told);
      // The others are asked when this one has it.
      if (told.missing !== null) left.splice(0);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, lookOn));
  const missing = seen.find((each) => each.missing !== null)?.missing ?? null;
  const silent = seen.find((each) => each.silent !== null)?.silent ?? null;
  return missing === null ? { missing, silent } : { missing, silent: null };
}

/** As dns-packet has a record's strings. */
export type TextData = Buffer | string | readonly (Buffer | string)[];

/**
 * A server that says nothing is told apart while another has the text: a CA would ask the next one, too. One to which this host
 * has no way, such as an IPv6 address without IPv6, is left out.
 */
function seenAt(
  name: string,
  wanted: readonly string[],
  answers: readonly ServerAnswer<TextData>[],
): Propagation {
  const silent = answers.filter(({ answer }) => answer.kind === "failed" || answer.kind === "dnssec");
  if (silent.length === answers.length) {
    const why = silent[0] === undefined ? "none is known" : silenceOf(silent[0]);
    return { missing: `No name server of ${name} answers (${why}).`, silent: null };
  }
  const without = answers.filter(
    (each) => !silent.includes(each) && !wanted.every((text) => textsOf(each.answer).includes(text)),
  );
  if (without.length > 0) {
    const servers = without.map(({ server }) => server).join(", ");
    const count = `${without.length} of ${answers.length}`;
    return { missing: `${name} has not got the text at ${count} name servers (${servers}).`, silent: null };
  }
  const awaited = silent.filter(({ isReachable }) => isReachable);
  if (awaited.length === 0) return { missing: null, silent: null };
  const servers = awaited.map(silenceOf).join(", ");
  const count = `${awaited.length} of ${answers.length}`;
  return { missing: null, silent: `${count} name servers of ${name} do not answer (${servers}).` };
}

const silenceOf = ({ server, answer }: ServerAnswer<TextData>): string =>
  "detail" in answer ? `${server}: ${answer.detail}` : server;

function textsOf(answer: Answered<TextData>): readonly string[] {
  if (answer.kind !== "found") return [];
  return answer.records.map((record) => {
    const strings = Array.isArray(record) ? (record as readonly (Buffer | string)[]) : [record];
    return strings.map((string) => string.toString("latin1" as never)).join("");
  });
}
