import { after, type Duration, type Instant, instant, seconds } from "@certmill/domain";
import type { Validity } from "./renewal-window.ts";

/** Of a certificate that is issued now: from an hour ago, as clocks differ, and for `length` in all, in whole seconds. */
export function validityFrom(now: Instant, length: Duration): Validity {
  const notBefore = instant(Math.floor(now / 1_000) * 1_000 - seconds(3_600));
  return { notBefore, notAfter: instant(after(notBefore, length) - seconds(1)) };
}
