/**
 * A serial number as certificates are stored by: lower-case hex, two digits a byte, without leading 00 bytes.
 *
 * @param text as people and programs write it: with colons or spaces, a leading `0x`, zeros or capitals.
 * @returns null when it is none: RFC 5280 section 4.1.2.2 has 20 bytes at most.
 */
export function serialNumber(text: string): string | null {
  const digits = text.replaceAll(/[\s:]/g, "").toLowerCase().replace(/^0x/, "");
  if (!/^[0-9a-f]{1,50}$/.test(digits)) return null;
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const short = even.replace(/^(?:00)+(?=..)/, "");
  return short.length <= 40 ? short : null;
}
