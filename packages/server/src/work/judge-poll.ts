/** From what a CA answered about a certificate's renewal to what is stored of it. */
import { type Instant, judgeWindow, type PollAnswer, pollAgainAt, renewWithin } from "@certmill/domain";
import type { RenewalAnswer } from "../effects/renewal-info.ts";
import type { ClaimedPoll, PollResult } from "../store/renewal-polls.ts";

type Told = Extract<RenewalAnswer, { kind: "told" }>;

export function judgePoll(poll: ClaimedPoll, answer: RenewalAnswer, now: Instant): PollResult {
  switch (answer.kind) {
    case "told":
      return told(poll, answer, now);
    case "unchanged":
      return { ...unchanged(poll), failures: 0, pollAt: again(poll, { ...answer, kind: "told" }, now) };
    case "trouble": {
      const failures = poll.failures + 1;
      return {
        ...unchanged(poll),
        failures,
        pollAt: again(poll, { ...answer, kind: "trouble", failures }, now),
      };
    }
    case "useless":
      return { ...unchanged(poll), failures: 0, pollAt: again(poll, answer, now) };
    case "not-asked":
      return { ...unchanged(poll), pollAt: again(poll, { kind: "told", retryAt: answer.retryAt }, now) };
    case "not-offered":
      return unchanged(poll);
  }
}

/** A certificate that is asked about no more: it has ended, or renewal information has no name for it. */
export const unchanged = (poll: ClaimedPoll): PollResult => ({
  ...poll,
  pollAt: null,
  renewAt: null,
  event: null,
});

const again = ({ validity }: ClaimedPoll, answer: PollAnswer, now: Instant): Instant | null =>
  pollAgainAt(answer, validity.notAfter, now);

function told(poll: ClaimedPoll, { window, explanationUrl, etag, retryAt }: Told, now: Instant): PollResult {
  const { lineageId, validity, known } = poll;
  const { isMoved, urgent } = judgeWindow(window, { before: known, validity, now });
  const renewAt = known === null || isMoved ? renewWithin(window, { lineageId, validity, now }) : null;
  // A CA that revokes may tell a window that is always half an hour old: that is told once.
  const isNews = urgent ? known?.urgent !== true : isMoved;
  return {
    ...poll,
    known: { window, urgent },
    explanationUrl,
    etag,
    failures: 0,
    pollAt: again(poll, { kind: "told", retryAt }, now),
    renewAt,
    event: isNews ? { start: text(window.start), end: text(window.end), explanationUrl, urgent } : null,
  };
}

const text = (at: Instant): string => new Date(at).toISOString();
