import type { CheckFinding, DomainCheck } from "@certmill/api";
import { type ComparedFinding, findingSentence } from "@certmill/domain";
import type { DomainRow } from "../../store/read/domains.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";

/** Null: the names were never checked. */
export function presentCheck({ checked_at, check_at, findings }: DomainRow): DomainCheck | null {
  if (checked_at === null) return null;
  return {
    checkedAt: instantText(checked_at),
    nextCheckAt: instantTextOrNull(check_at),
    findings: (findings ?? []).map(presentFinding),
  };
}

function presentFinding(finding: ComparedFinding): CheckFinding {
  const { code, weight, name, where, expected, found, ca, seenFrom, before } = finding;
  return {
    code,
    weight,
    name,
    sentence: findingSentence(finding),
    where,
    expected: [...expected],
    found: [...found],
    ca,
    seenFrom: [...seenFrom],
    before:
      before === null
        ? null
        : { found: [...before.found], where: before.where, until: instantText(before.until) },
  };
}
