import type { CheckFinding, Domain } from "@certmill/api";

/** The fix as a support agent pastes it into an answer: what is wrong, what is there, what should be. */
export function customerText(name: string, finding: CheckFinding): string {
  const lines = [`${name}: ${finding.sentence}`];
  if (finding.where !== null) lines.push(`Where to change it: ${finding.where}`);
  if (finding.found.length > 0) lines.push(`There now: ${finding.found.join(", ")}`);
  if (finding.expected.length > 0) lines.push(`Should be: ${finding.expected.join(", ")}`);
  return lines.join("\n");
}

/** All that the customer has to change; empty when nothing is theirs to change. */
export function customerTexts({
  name,
  check,
  delegations,
}: Pick<Domain, "name" | "check" | "delegations">): string {
  const faults = check?.findings.filter(({ weight }) => weight === "fault") ?? [];
  const records = delegations
    .filter(({ target }) => target !== null)
    .map(({ name: record, target }) => `${record}  CNAME  ${target}.`);
  const parts = faults.map((finding) => customerText(finding.name, finding));
  if (records.length > 0) parts.push(`${name} needs these records, once:\n${records.join("\n")}`);
  return parts.join("\n\n");
}
