import {
  type Finding,
  failures,
  findingSentence,
  type Instant,
  type IssuanceKind,
  isFailureCode,
  type LiveState,
  lastWave,
} from "@certmill/domain";
import type { CampaignState, LineageState } from "../store/schema.ts";
import { instantText } from "./instant-text.ts";

/** What a domain's standing is read from. */
export interface Standing {
  readonly state: LineageState;
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
  readonly issuance: LiveState | null;
  readonly not_after: Instant | null;
  readonly campaign: string | null;
  readonly campaign_state: CampaignState | null;
  readonly campaign_wave: number | null;
  readonly held: boolean;
  readonly queued_at: Instant | null;
  readonly parked_until: Instant | null;
  readonly parked_for: string | null;
  readonly check_at: Instant | null;
  readonly findings: readonly Finding[] | null;
}

/** Why a domain stands as it does, in a sentence or two for the customer. */
export function stateReason(standing: Standing): string {
  const failure = failureSentence(standing);
  const check = checkSentence(standing);
  switch (standing.state) {
    case "waiting":
      return check ?? failure ?? waitingReason(standing);
    case "issuing":
      return standing.issuance === null ? "The certificate is being ordered." : progress(standing.issuance);
    case "active":
      return activeReason(standing.not_after, failure);
    case "failed":
      return check ?? failure ?? "The last attempt failed.";
    case "removed":
      return "The domain was removed.";
  }
}

function waitingReason(standing: Standing): string {
  const { held, queued_at, parked_until, parked_for } = standing;
  const campaign = campaignPhrase(standing);
  if (held && campaign !== null) return `It is on the list of ${campaign}.`;
  if (parked_until !== null)
    return `It waits for a limit of a certificate authority (${parked_for}) until ${minuteText(parked_until)}.`;
  if (queued_at !== null && campaign !== null && standing.campaign_state !== "running")
    return `It is in line for ${campaign}.`;
  if (queued_at !== null)
    return `It has been in line since ${minuteText(queued_at)}, and is ordered as soon as the limits of the certificate authorities allow.`;
  return "The certificate will be ordered in a moment.";
}

/** What is to be put right before the order is made; null: it waits for no check that failed. */
function checkSentence({ check_at, findings }: Standing): string | null {
  const fault = findings?.find(({ weight }) => weight === "fault");
  if (check_at === null || fault === undefined) return null;
  return `${findingSentence(fault)} It is checked again at ${minuteText(check_at)}.`;
}

/** The campaign that is to enrol it, with what keeps it waiting; null: none is. */
function campaignPhrase({ campaign, campaign_state, campaign_wave }: Standing): string | null {
  if (campaign === null) return null;
  switch (campaign_state) {
    case "importing":
      return `the campaign "${campaign}", which has not been started`;
    case "paused":
      return `the campaign "${campaign}", which is paused`;
    default:
      return `the campaign "${campaign}", whose wave ${campaign_wave} of ${lastWave} is under way`;
  }
}

/** The failure's own sentence, with the CA's words behind it; null when there is none. */
function failureSentence({ failure_code: code, failure_detail: detail }: Standing): string | null {
  if (code === null) return null;
  const sentence = isFailureCode(code) ? failures[code].sentence : `The last attempt failed (${code}).`;
  return detail === null || detail === ""
    ? sentence
    : `${sentence} The certificate authority's words: ${detail}`;
}

function activeReason(notAfter: Instant | null, failure: string | null): string {
  const served =
    notAfter === null ? "It has a certificate" : `Its certificate is valid until ${minuteText(notAfter)}`;
  return failure === null ? `${served}.` : `${served}; the renewal failed. ${failure}`;
}

/** `2027-02-20 18:16 UTC`. */
const minuteText = (at: Instant): string => `${instantText(at).slice(0, 16).replace("T", " ")} UTC`;

const steps: Readonly<Record<Exclude<IssuanceKind, "issued" | "abandoned">, string>> = {
  planned: "The certificate is being ordered.",
  ordered: "The certificate authority has the order and says what it wants to see.",
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
