import { type IssuanceKind, type LiveState, minuteText } from "@certmill/domain";
import { givenUpReason, movedReason, pausedReason, removedReason } from "./resting-reason.ts";
import { ended, failureSentence, faultSentence, leftOutOf, type Standing, validity } from "./standing.ts";
import { queuedReason, waitingReason } from "./waiting-reason.ts";

/** Why a domain stands as it does, what comes next and when: a few sentences for the customer. */
export function stateReason(standing: Standing): string {
  const leftOut = leftOutSentence(standing);
  const reason = reasonOf(standing);
  return leftOut === null ? reason : `${reason} ${leftOut}`;
}

function reasonOf(standing: Standing): string {
  switch (standing.state) {
    case "waiting":
      return waitingReason(standing);
    case "queued":
      return queuedReason(standing);
    case "issuing":
      return standing.issuance === null ? "The certificate is being ordered." : progress(standing.issuance);
    case "delivering":
      return "The certificate is stored, and on its way to the edges that are to serve it.";
    case "active":
      return activeReason(standing);
    case "failing":
      return failingReason(standing);
    case "paused":
      return pausedReason(standing);
    case "failed":
      return givenUpReason(standing);
    case "moved":
      return movedReason(standing);
    case "removed":
      return removedReason(standing);
  }
}

const activeReason = ({ not_after }: Standing): string => `${validity(not_after)}.`;

/** What a check has seen is told before the CA's words of the last try: it names what changed, and when. */
function failingReason(standing: Standing): string {
  const { not_after, wake_at } = standing;
  const why = changeSentence(standing) ?? failureSentence(standing);
  const next = wake_at === null ? "" : ` The renewal is tried again at ${minuteText(wake_at)}.`;
  return `${validity(not_after)}; the renewal fails${why === null ? "." : `. ${next === "" ? why : ended(why)}`}${next}`;
}

function changeSentence(standing: Standing): string | null {
  const fault = faultSentence(standing);
  const { wrong_since } = standing;
  return fault === null || wrong_since === null
    ? fault
    : `${fault} First seen at ${minuteText(wrong_since)}.`;
}

function leftOutSentence({ names, all_names }: Standing): string | null {
  const leftOut = leftOutOf({ names, all_names });
  if (leftOut.length === 0) return null;
  const one = leftOut.length === 1;
  return `${leftOut.join(", ")} ${one ? "is" : "are"} left out of it until ${one ? "it is" : "they are"} right, and then added.`;
}

const steps: Readonly<Record<Exclude<IssuanceKind, "issued" | "abandoned">, string>> = {
  planned: "The certificate is being ordered.",
  ordered: "The certificate authority has the order and says what it wants to see.",
  placing: "The place in the DNS for the proof of control is being looked up.",
  publishing: "The proof of control is being written into the DNS.",
  propagating:
    "The proof of control is written into the DNS; its name servers are being asked whether they have it.",
  challenging: "The proof of control is published; the certificate authority is being asked to look.",
  validating: "The certificate authority is validating the names.",
  ready: "The names are validated; the key is being made.",
  finalizing: "The names are validated; the certificate is being requested.",
  processing: "The certificate authority is issuing the certificate.",
  downloading: "The certificate is issued and being fetched.",
  diagnosing: "The certificate authority ended the order; the reason is being looked up.",
};

function progress(issuance: LiveState): string {
  const step = steps[issuance.kind];
  return issuance.faults === 0
    ? step
    : `${step} It met a fault ${times(issuance.faults)} and goes on after a pause.`;
}

const times = (n: number): string => (n === 1 ? "once" : `${n} times in a row`);
