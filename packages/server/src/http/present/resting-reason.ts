/** Why nothing is ordered for a domain any more, and what would change that. */
import { minuteText, unpauseUrl } from "@certmill/domain";
import { ended, failureSentence, faultSentence, type Standing, validity } from "./standing.ts";

export function pausedReason(standing: Standing): string {
  if (standing.paused_by !== null)
    return `Paused by ${standing.paused_by} on ${sinceText(standing)}: nothing is ordered for it until it is resumed.${held(standing)}`;
  const link = unpauseUrl(standing.failure_detail);
  const where = link === null ? "at the certificate authority" : `at ${link}`;
  return `The certificate authority takes no order for ${standing.names[0]} since ${sinceText(standing)}, after many failures. The operator has to unpause it ${where}, and then ask for a try (certmill domain retry).${held(standing)}`;
}

export function givenUpReason(standing: Standing): string {
  const why = faultSentence(standing) ?? failureSentence(standing) ?? "Every try failed.";
  const next =
    standing.check_at === null
      ? "It is tried again when somebody asks for it (certmill domain retry)."
      : `It is ordered when it is right: it is checked again at ${minuteText(standing.check_at)}, or when somebody asks for it (certmill domain check).`;
  return `Given up on ${sinceText(standing)}. ${ended(why)} ${next}${held(standing)}`;
}

export function movedReason(standing: Standing): string {
  const { leaves_at } = standing;
  const end = leaves_at === null ? "" : `; else it is removed at ${minuteText(leaves_at)}`;
  return `Its names lead elsewhere, so that it is not renewed since ${sinceText(standing)}. It is renewed again when they come back${end}.${held(standing)}`;
}

export function removedReason(standing: Standing): string {
  const since = standing.rests_since === null ? "" : ` on ${sinceText(standing)}`;
  const { not_after } = standing;
  return not_after === null
    ? `The domain was removed${since}.`
    : `The domain was removed${since}. Its certificate stays valid at the certificate authority until ${minuteText(not_after)}, unless it is revoked.`;
}

const held = ({ not_after }: Standing): string => (not_after === null ? "" : ` ${validity(not_after)}.`);

const sinceText = ({ rests_since }: Standing): string =>
  rests_since === null ? "some time" : minuteText(rests_since);
