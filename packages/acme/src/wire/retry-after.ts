/**
 * When to come back, as a CA says it: the `Retry-After` header (RFC 9110 section 10.2.3; CAs send both forms,
 * some at random) and, for the CAs that only write it in prose, the problem's text.
 *
 * Nothing is clamped here: a CA may say a day where seconds are meant, and only the caller knows its deadline.
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The three forms a recipient must read (RFC 9110 section 5.6.7): IMF-fixdate, RFC 850's, asctime's. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
] as const;

const RETRY_AFTER_TEXT = /retry after (\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}) ?(?:UTC|Z)/i;
const TRY_AGAIN_TEXT = /try again in (\d{1,9}(?:\.\d{1,9})?) ?s/i;

/**
 * @param header the value of `Retry-After`; null when the response has none.
 * @param now milliseconds since the epoch; the seconds form counts from it.
 * @returns milliseconds since the epoch, perhaps in the past; null when absent or unreadable.
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const value = header.trim();
  if (/^\d{1,10}$/.test(value)) return now + Number(value) * 1_000;
  return parseHttpDate(value, now);
}

/**
 * The retry time in a problem's `detail`, in the words of Boulder ("retry after 2025-12-28 12:54:49 UTC") and
 * of Google ("Try again in 12.476542291s"). A last resort: CAs change their texts without notice.
 */
export function retryAtFromText(text: string, now: number): number | null {
  const instant = RETRY_AFTER_TEXT.exec(text);
  if (instant !== null) return finiteOrNull(Date.parse(`${instant[1]}T${instant[2]}Z`));
  const seconds = TRY_AGAIN_TEXT.exec(text);
  return seconds === null ? null : now + Math.ceil(Number(seconds[1]) * 1_000);
}

function parseHttpDate(value: string, now: number): number | null {
  for (const form of HTTP_DATES) {
    const fields = form.exec(value)?.groups;
    if (fields !== undefined) return utc(fields, now);
  }
  return null;
}

/** null for a date that is none, such as 31 February; a leap second is one. */
function utc(fields: Readonly<Record<string, string>>, now: number): number | null {
  const month = MONTHS.indexOf(String(fields["month"]));
  const day = Number(fields["day"]);
  const [hour = 0, minute = 0, second = 0] = String(fields["time"]).split(":").map(Number);
  const year = fourDigitYear(Number(fields["year"]), now);
  // Date.UTC carries what is too much over into the next month.
  const isDate = month >= 0 && new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  if (!isDate || hour > 23 || minute > 59 || second > 60) return null;
  return Date.UTC(year, month, day, hour, minute, second);
}

/** A two-digit year more than 50 years ahead is of the last century (RFC 9110 section 5.6.7). */
function fourDigitYear(digits: number, now: number): number {
  if (digits > 99) return digits;
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + digits;
  return year > thisYear + 50 ? year - 100 : year;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
