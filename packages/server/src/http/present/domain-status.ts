/** How a domain stands, for the customer whose it is. */
import type { DomainStatus } from "@certmill/api";
import { findingSentence, type Instant, toULabels } from "@certmill/domain";
import type { DomainRow } from "../../store/read/domains.ts";
import { failureWords } from "./failure-words.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { presentDomain } from "./present-domain.ts";

export function presentStatus(row: DomainRow, now: Instant): DomainStatus {
  const { name, state, not_before, not_after } = row;
  const works =
    not_after !== null && not_after > now && not_before !== null && not_before <= now && state !== "removed";
  const { reason, nextTryAt } = presentDomain(row);
  const wrong = wrongOf(row);
  return {
    name,
    unicodeName: toULabels(name),
    works,
    state: stateOf(row, wrong),
    sentence: reason,
    change: wrong?.byCustomer === true ? wrong.sentence : null,
    expected: [...(wrong?.expected ?? [])],
    found: [...(wrong?.found ?? [])],
    since: instantText(row.state_at),
    nextTryAt,
    validUntil: works ? instantTextOrNull(not_after) : null,
  };
}

interface Wrong {
  readonly byCustomer: boolean;
  readonly sentence: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

/** What a check has seen goes before the last failure: it names what to change. Null: nothing is wrong. */
function wrongOf({ findings, failure_code: code }: DomainRow): Wrong | null {
  const fault = findings?.find(({ weight }) => weight === "fault");
  if (fault !== undefined) {
    const { expected, found } = fault;
    return { byCustomer: true, sentence: findingSentence(fault), expected, found };
  }
  if (code === null) return null;
  const { acts, sentence } = failureWords(code);
  return { byCustomer: acts === "customer", sentence, expected: [], found: [] };
}

function stateOf({ state }: DomainRow, wrong: Wrong | null): DomainStatus["state"] {
  switch (state) {
    case "active":
    case "delivering":
      return state === "active" ? "working" : "in-progress";
    case "paused":
    case "removed":
      return "off";
    case "moved":
      return "action-needed";
    case "failed":
    case "failing":
      return wrong?.byCustomer === true ? "action-needed" : "trouble";
    case "waiting":
    case "queued":
    case "issuing":
      if (wrong === null) return "in-progress";
      return wrong.byCustomer ? "action-needed" : "trouble";
  }
}
