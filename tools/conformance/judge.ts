import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clause, Specification, TestCase } from "../../packages/acme/conformance/clause.ts";
import { readTitles } from "./read-titles.ts";

export interface Verdict {
  readonly clauses: number;
  /** What is wrong with the clauses themselves, or with the tests they name. */
  readonly faults: readonly string[];
  /** Ids of the clauses that nothing shows yet. */
  readonly missing: readonly string[];
}

/** Looks whether every test that the clauses name is there and runs. @param root the repository's folder. */
export function judge(specifications: readonly Specification[], root: string): Verdict {
  const faults: string[] = [];
  const missing: string[] = [];
  const titlesOf = titleReader(root);
  const ids = new Set<string>();
  let clauses = 0;
  for (const specification of specifications) {
    if (specification.clauses.length === 0) faults.push(`${specification.title}: no clause was found`);
    for (const clause of specification.clauses) {
      clauses += 1;
      const { id, shown } = clause;
      if (ids.has(id)) faults.push(`${id}: two clauses have this id`);
      ids.add(id);
      if (!isIdOf(clause, specification)) {
        faults.push(`${id}: the id is not of section ${clause.section} of ${specification.key}`);
      }
      if (shown.kind === "missing") missing.push(id);
      if (shown.kind === "test") faults.push(...shown.tests.flatMap((test) => faultOf(id, test, titlesOf)));
    }
  }
  if (clauses === 0) faults.push("No clause was found: the check looks in the wrong place.");
  return { clauses, faults, missing };
}

function isIdOf({ id, section }: Clause, { key }: Specification): boolean {
  const start = `${key}-${section}-`;
  return id.startsWith(start) && /^[1-9]\d*$/.test(id.slice(start.length));
}

/** The titles of a file's tests; `null` for no such file. */
type TitlesOf = (file: string) => ReadonlySet<string> | null;

function faultOf(id: string, { file, title }: TestCase, titlesOf: TitlesOf): readonly string[] {
  const titles = titlesOf(file);
  if (titles === null) return [`${id}: there is no file ${file}`];
  return titles.has(title) ? [] : [`${id}: no test that runs is called "${title}" in ${file}`];
}

function titleReader(root: string): TitlesOf {
  const read = new Map<string, ReadonlySet<string> | null>();
  return (file) => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const text = textOf(join(root, file));
    const titles = text === null ? null : readTitles(file, text);
    read.set(file, titles);
    return titles;
  };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
