import type { Duration, Instant } from "@certmill/domain";
import { Refusal } from "../problem.ts";
import type { Obstacle, TimedLimit } from "./obstacle.ts";

/** The page that refusals link to. */
const HELP = "https://letsencrypt.org/docs/rate-limits";

/** What is said, and the part of the page that explains it. Boulder, ratelimits/limiter.go and errors/errors.go. */
const TEXTS: Readonly<
  Record<TimedLimit, (burst: number, period: string, subject: string) => readonly [string, string]>
> = {
  newAccountsPerAddress: (burst, period) => [
    `too many new registrations (${burst}) from this IP address in the last ${period}`,
    "new-registrations-per-ip-address",
  ],
  newAccountsPerRange: (burst, period) => [
    `too many new registrations (${burst}) from this /48 subnet of IPv6 addresses in the last ${period}`,
    "new-registrations-per-ipv6-range",
  ],
  newOrdersPerAccount: (burst, period) => [
    `too many new orders (${burst}) from this account in the last ${period}`,
    "new-orders-per-account",
  ],
  certificatesPerRegisteredDomain: (burst, period, subject) => [
    `too many certificates (${burst}) already issued for "${subject}" in the last ${period}`,
    "new-certificates-per-registered-domain",
  ],
  certificatesPerExactSet: (burst, period) => [
    `too many certificates (${burst}) already issued for this exact set of identifiers in the last ${period}`,
    "new-certificates-per-exact-set-of-identifiers",
  ],
  failedAuthorizations: (burst, period, subject) => [
    `too many failed authorizations (${burst}) for "${subject}" in the last ${period}`,
    "authorization-failures-per-identifier-per-account",
  ],
};

/**
 * 429 as Let's Encrypt says it. Text and header tell the same whole second, and it is never too early.
 *
 * @param stretch how much longer than needed the client is told to wait, as a share of the wait: 0 or more.
 */
export function overLimit(
  { limit, allowance, subject, until }: Obstacle,
  now: Instant,
  stretch: number,
): Refusal {
  const wait = Math.ceil((until - now) * (1 + stretch));
  const at = Math.ceil((now + wait) / 1_000) * 1_000;
  const [what, fragment] = TEXTS[limit](allowance.burst, goDuration(allowance.period), subject);
  const time = `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return new Refusal("rateLimited", `${what}, retry after ${time}: see ${HELP}/#${fragment}`, {
    headers: { "Retry-After": String(Math.ceil((at - now) / 1_000)), Link: `<${HELP}>;rel="help"` },
  });
}

/** As Go prints a time.Duration: 168h0m0s, 1m30s, 1.5s. */
function goDuration(duration: Duration): string {
  const whole = Math.floor(duration / 1_000);
  const h = Math.floor(whole / 3_600);
  const m = Math.floor((whole % 3_600) / 60);
  const s = `${(whole % 60) + (duration % 1_000) / 1_000}s`;
  if (h > 0) return `${h}h${m}m${s}`;
  return m > 0 ? `${m}m${s}` : s;
}
