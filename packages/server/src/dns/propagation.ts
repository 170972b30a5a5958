/** Whether what was written is at every name server: a CA asks any of them, and some of its kin another. */
import type { Answered, NameLookups, ServerAnswer } from "../checks/resolver.ts";
import type { TextRecord } from "./dns-provider.ts";

/** @returns what is missing where, for a person; null: all is everywhere. */
export async function whatIsMissing(
  lookups: NameLookups,
  records: readonly TextRecord[],
): Promise<string | null> {
  const byName = Map.groupBy(records, ({ name }) => name);
  for (const [name, wanted] of byName) {
    const texts = wanted.map(({ text }) => text);
    const missing = missingAt(name, texts, await lookups.askEach<TextData>(name, "TXT"));
    if (missing !== null) return missing;
  }
  return null;
}

/** As dns-packet has a record's strings. */
export type TextData = Buffer | string | readonly (Buffer | string)[];

/** A server that says nothing stops nobody, as long as another has it: a CA would ask the next one, too. */
function missingAt(
  name: string,
  wanted: readonly string[],
  answers: readonly ServerAnswer<TextData>[],
): string | null {
  const silent = answers.filter(({ answer }) => answer.kind === "failed" || answer.kind === "dnssec");
  if (silent.length === answers.length) {
    const [first] = silent;
    const why = first !== undefined && "detail" in first.answer ? `: ${first.answer.detail}` : "";
    return `No name server of ${name} answers (${first?.server ?? "none is known"}${why}).`;
  }
  const without = answers.filter(
    (each) => !silent.includes(each) && !wanted.every((text) => textsOf(each.answer).includes(text)),
  );
  if (without.length === 0) return null;
  const servers = without.map(({ server }) => server).join(", ");
  return `${name} has not got the text at ${without.length} of ${answers.length} name servers (${servers}).`;
}

function textsOf(answer: Answered<TextData>): readonly string[] {
  if (answer.kind !== "found") return [];
  return answer.records.map((record) => {
    const strings = Array.isArray(record) ? (record as readonly (Buffer | string)[]) : [record];
    return strings.map((string) => string.toString("latin1" as never)).join("");
  });
}
