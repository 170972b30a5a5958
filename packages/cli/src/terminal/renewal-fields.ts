import type { Renewal } from "@certmill/api";
import type { Field } from "./fields.ts";
import { instantFromNow, instantText } from "./time-text.ts";

/** When a certificate is renewed, and what its CA says of that. */
export function renewalFields(renewal: Renewal | null, now: number): readonly Field[] {
  if (renewal === null) return [];
  const { at, window, urgent, explanationUrl, asksAgainAt } = renewal;
  return [
    ["Renewal", at === null ? null : instantFromNow(at, now)],
    ["CA's window", window === null ? null : `${instantText(window.start)} to ${instantText(window.end)}`],
    ["CA's wish", urgent ? "at once: the certificate is, or soon will be, revoked" : null],
    ["CA's reason", explanationUrl],
    ["Asked again", asksAgainAt === null ? null : instantFromNow(asksAgainAt, now)],
  ];
}
