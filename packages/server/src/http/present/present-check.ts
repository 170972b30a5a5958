import type { CheckFinding, DomainCheck } from "@certmill/api";
import { type Finding, findingSentence } from "@certmill/domain";
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

function presentFinding(finding: Finding): CheckFinding {
  const { code, weight, name, where, expected, found, ca, seenFrom } = finding;
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
  };
}
