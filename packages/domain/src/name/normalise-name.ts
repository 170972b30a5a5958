import { toALabels, unconvertibleLabel } from "./a-labels.ts";
import {
  type DnsName,
  longestName,
  type NamePolicy,
  type NameRefusal,
  type NameResult,
  quoted,
  type Refused,
  refused,
} from "./dns-name.ts";
import { normaliseAddress } from "./ip-name.ts";
import { labelFault } from "./label-fault.ts";
import { publicStanding } from "./public-suffix.ts";
import { recogniseMistake } from "./recognise-mistake.ts";
import { reservedTldOf } from "./reserved-tld.ts";

const nameCharacters = /^[A-Za-z0-9.*-]+$/;

/** Above any text that could become a name; bounds the work that a hostile one can cause. */
const longestText = 1_000;

/**
 * The one spelling of a name as people write it: case, surrounding white space, a trailing dot and
 * international letters are settled; an IP address has the one text of RFC 5952. Never throws; normalising twice changes nothing.
 *
 * With the policy `private` a single label, a reserved or unknown TLD, a public suffix and an address that is not on the
 * public internet are accepted.
 */
export function normaliseName(text: string, policy: NamePolicy): NameResult {
  const written = text.trim();
  if (written === "") return refused("empty", "There is no name here.");
  if (written.length > longestText) return tooLong(written, written.length);
  const address = normaliseAddress(written, policy);
  if (address !== null) return address;
  const mistake = nameCharacters.test(written) ? null : recogniseMistake(written);
  if (mistake !== null) return mistake;

  const wildcard = written.startsWith("*.");
  const base = wildcard ? written.slice(2) : written;
  if (base.includes("*")) return badWildcard(written);
  const converted = toALabels(base);
  if (converted === null) return unconvertible(base);
  const host = converted.endsWith(".") ? converted.slice(0, -1) : converted;
  if (host === "") return wildcard ? badWildcard(written) : refused("empty", "There is no name here.");

  const name = wildcard ? `*.${host}` : host;
  const fault = labelFault(host);
  if (fault !== null) return fault;
  if (name.length > longestName) return tooLong(name, name.length);
  const unfit = policy === "public" ? notForPublic(host) : null;
  return unfit ?? { ok: true, name: name as DnsName };
}

/** Why no public CA issues for `host` or its wildcard (CA/Browser Forum baseline requirements 4.2.2, 3.2.2.6). */
function notForPublic(host: string): Refused<NameRefusal> | null {
  if (!host.includes(".")) {
    return refused(
      "single-label",
      `${quoted(host)} has no dot; write the full name, such as www.${host}.com.`,
    );
  }
  const reserved = reservedTldOf(host);
  if (reserved !== null) {
    return refused(
      "reserved-tld",
      `${quoted(host)} is under .${reserved}, which is not on the public internet.`,
    );
  }
  switch (publicStanding(host)) {
    case "registrable":
      return null;
    case "unknown-tld":
      return refused("unknown-tld", `${quoted(host)} does not end in a top-level domain that exists.`);
    case "public-suffix":
      return refused(
        "public-suffix",
        `${quoted(host)} is a suffix that names are registered under, not a name.`,
      );
  }
}

function unconvertible(host: string): Refused<NameRefusal> {
  const label = unconvertibleLabel(host);
  if (label === null) {
    return refused("bad-label", `${quoted(host)} mixes writing directions in a way that names may not.`);
  }
  const what = /^xn--/i.test(label)
    ? "does not decode to an international name"
    : "has characters or a form that names may not have";
  return refused("bad-label", `The label ${quoted(label)} ${what}.`);
}

function badWildcard(text: string): Refused<NameRefusal> {
  const rule = 'a wildcard is "*." in front of a name, and nowhere else';
  return refused("bad-wildcard", `${quoted(text)} is not a wildcard name: ${rule}.`);
}

function tooLong(text: string, length: number): Refused<NameRefusal> {
  return refused("too-long", `${quoted(text)} has ${length} characters; a name has ${longestName} at most.`);
}
