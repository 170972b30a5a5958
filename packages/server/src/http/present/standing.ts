/** What the sentences of a domain's state are made from. */
import {
  type ComparedFinding,
  type DomainState,
  failures,
  findingSentence,
  type Instant,
  isFailureCode,
  type LiveState,
  minuteText,
} from "@certmill/domain";
import type { CampaignState } from "../../store/schema/campaign.ts";

/** What a domain's standing is read from. */
export interface Standing {
  readonly state: DomainState;
  readonly rests_since: Instant | null;
  /** Who paused it, for people; null: nobody did. */
  readonly paused_by: string | null;
  readonly leaves_at: Instant | null;
  readonly wake_at: Instant | null;
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
  readonly holds_order: boolean | null;
  readonly findings: readonly ComparedFinding[] | null;
  /** When the first of the checks was that have failed in a row; null: the last did not. */
  readonly wrong_since: Instant | null;
  readonly names: readonly string[];
  readonly all_names: readonly string[] | null;
}

/** Names that are to be on the certificate, and that it is issued without. */
export const leftOutOf = ({ names, all_names }: Pick<Standing, "names" | "all_names">): readonly string[] =>
  (all_names ?? []).filter((name) => !names.includes(name));

/** What the last check found to be wrong; null: nothing, or there was none. */
export function faultSentence({ findings }: Standing): string | null {
  const fault = findings?.find(({ weight }) => weight === "fault");
  return fault === undefined ? null : findingSentence(fault);
}

/** The failure's own sentence, with the CA's words behind it; null when there is none. */
export function failureSentence({
  failure_code: code,
  failure_detail: detail,
}: Pick<Standing, "failure_code" | "failure_detail">): string | null {
  if (code === null) return null;
  const sentence = isFailureCode(code) ? failures[code].sentence : `The last attempt failed (${code}).`;
  return detail === null || detail === ""
    ? sentence
    : `${sentence} The certificate authority's words: ${detail}`;
}

/** With a full stop, where words of others come without. */
export const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Of the certificate that is served. */
export const validity = (notAfter: Instant | null): string =>
  notAfter === null ? "It has a certificate" : `Its certificate is valid until ${minuteText(notAfter)}`;
