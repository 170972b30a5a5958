import type { Instant } from "./instant.ts";

/** `2027-02-20 18:16 UTC`. */
export const minuteText = (at: Instant): string =>
  `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
