import { longestLabel, type NameRefusal, quoted, type Refused, refused } from "./dns-name.ts";
import { ipAddress } from "./recognise-mistake.ts";

/**
 * Labels of lower-case letters, digits and inner hyphens, 1 to 63 characters each (RFC 5890 2.3.1), the
 * last of them not all digits (RFC 3696 2).
 */
const ordinary = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is wrong with the labels of `host`, lower-case and in A-labels as far as it could be; `null` for nothing. */
export function labelFault(host: string): Refused<NameRefusal> | null {
  // Nearly every name passes here; the rest is read label by label to say what is wrong.
  if (ordinary.test(host) && !host.includes("--")) return null;
  if (/^\d+(\.\d+){3}$/.test(host)) return ipAddress(host);
  const labels = host.split(".");
  for (const label of labels) {
    const fault = faultOf(label);
    if (fault !== null) return refused("bad-label", `${quoted(host)} cannot be a name: ${fault}.`);
  }
  if (/^\d+$/.test(labels.at(-1) ?? "")) {
    return refused("bad-label", `${quoted(host)} cannot be a name: its last label is a number.`);
  }
  return null;
}

function faultOf(label: string): string | null {
  if (label === "") return "there is nothing between two dots, or before the first";
  if (label.length > longestLabel) {
    return `the label ${quoted(label)} has ${label.length} characters, ${longestLabel} are allowed`;
  }
  if (label.includes("_"))
    return `the label ${quoted(label)} has an underscore, which certificates do not allow`;
  const odd = /[^a-z0-9-]/u.exec(label);
  if (odd !== null) return `the character ${quoted(odd[0])} is not allowed`;
  if (label.startsWith("-") || label.endsWith("-")) {
    return `the label ${quoted(label)} begins or ends with a hyphen`;
  }
  if (label.startsWith("--", 2) && !label.startsWith("xn--")) {
    return `the label ${quoted(label)} has hyphens in third and fourth place, which is reserved`;
  }
  return null;
}
