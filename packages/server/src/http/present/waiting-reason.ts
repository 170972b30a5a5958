/** What a domain without a certificate waits for. */
import { lastWave, minuteText } from "@certmill/domain";
import { ended, failureSentence, faultSentence, type Standing } from "./standing.ts";

export const waitingReason = (standing: Standing): string =>
  checkSentence(standing) ?? triedAgain(standing) ?? heldReason(standing);

function heldReason(standing: Standing): string {
  const campaign = campaignPhrase(standing);
  return standing.held && campaign !== null
    ? `It is on the list of ${campaign}.`
    : "The certificate will be ordered in a moment.";
}

export function queuedReason(standing: Standing): string {
  const { queued_at, parked_until, parked_for } = standing;
  const campaign = campaignPhrase(standing);
  if (parked_until !== null && parked_for === null)
    return `Its renewal waits for the certificate authority that its certificate is from, which is down: there no limit counts it. It is looked at again at ${minuteText(parked_until)}.`;
  if (parked_until !== null)
    return `It waits for a limit of a certificate authority (${parked_for}) until ${minuteText(parked_until)}.`;
  if (queued_at !== null && campaign !== null && standing.campaign_state !== "running")
    return `It is in line for ${campaign}.`;
  if (queued_at !== null)
    return `It has been in line since ${minuteText(queued_at)}, and is ordered as soon as the limits of the certificate authorities allow.`;
  return "The certificate will be ordered in a moment.";
}

/** What is to be put right before the order is made; null: it waits for no check that failed. */
function checkSentence(standing: Standing): string | null {
  const fault = faultSentence(standing);
  if (standing.holds_order !== true || standing.check_at === null || fault === null) return null;
  return `${fault} It is checked again at ${minuteText(standing.check_at)}.`;
}

/** Why the last try failed, and when the next is; null: it did not. What a check has seen since has the fix in it. */
function triedAgain(standing: Standing): string | null {
  const failure = failureSentence(standing);
  if (failure === null || standing.wake_at === null) return failure;
  const why = faultSentence(standing) ?? failure;
  return `${ended(why)} It is tried again at ${minuteText(standing.wake_at)}.`;
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
