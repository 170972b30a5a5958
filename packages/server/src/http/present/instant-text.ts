import type { Instant } from "@certmill/domain";

export const instantText = (at: Instant): string => new Date(at).toISOString();

export const instantTextOrNull = (at: Instant | null): string | null =>
  at === null ? null : instantText(at);
