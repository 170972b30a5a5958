import { between, days, type Instant, instant } from "../time/instant.ts";

/** The first and the last second of a certificate. */
export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/**
 * When to renew without advice from the CA: a third of the lifetime before the end, half of it for
 * lifetimes under ten days (RFC 9773 section 1 leaves this to the client; Let's Encrypt's integration
 * guide names these shares). Read from the certificate, never assumed.
 */
export function renewAt(notBefore: Instant, notAfter: Instant): Instant {
  const lifetime = between(notBefore, notAfter);
  return instant(Math.floor(notAfter - lifetime / (lifetime < days(10) ? 2 : 3)));
}
