/** What came of one domain in a year, whoever it was that ran it. */
import type { FailureCode, Instant } from "@certmill/domain";
import type { Story } from "./story.ts";

/** One domain with its tries, the oldest first. */
export interface Life {
  readonly story: Story;
  readonly addedAt: Instant;
  readonly removedAt: Instant | null;
  readonly tries: readonly Try[];
}

export interface Try {
  /** When the order was made; null: the CA made none. */
  readonly orderedAt: Instant | null;
  /** Whether it named the certificate that it replaces. */
  readonly replaces: boolean;
  /** Null: it has not failed. */
  readonly failureCode: FailureCode | null;
  readonly endedAt: Instant | null;
  /** What came of it; null: nothing, or nothing yet. */
  readonly certificate: Certificate | null;
}

export interface Certificate {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly storedAt: Instant;
  readonly orderedAt: Instant;
  readonly replaces: boolean;
}

export const certificatesOf = ({ tries }: Pick<Life, "tries">): readonly Certificate[] =>
  tries.flatMap(({ certificate }) => (certificate === null ? [] : [certificate]));
