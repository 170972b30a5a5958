/**
 * When to come back, as a CA says it: the `Retry-After` header (RFC 9110 section 10.2.3; CAs send both forms,
 * some at random) and, for the CAs that only write it in prose, the problem's text.
 *
 * Nothing is clamped here: a CA may say a day where seconds are meant, and only the caller knows its deadline.
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const RFC_850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

const RETRY_AFTER_TEXT = /retry after (\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}) ?(?:UTC|Z)/i;
const TRY_AGAIN_TEXT = /try again in (\d{1,9}(?:\.\d{1,9})?) ?s/i;

/**
 * @param header the value of `Retry-After`; null when the response has none.
 * @param now milliseconds since the epoch; the seconds form counts from it.
 * @returns milliseconds since the epoch, perhaps in the past; null when absent or unreadable.
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const value = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(value)) return now + Number(value) * 1_000;
  return parseHttpDate(value, now);
}

/**
 * The retry time in a problem's `detail`, in the words of Boulder ("retry after 2025-12-28 12:54:49 UTC") and
 * of Google ("Try again in 12.476542291s"). A last resort: CAs change their texts without notice.
 */
export function retryAtFromText(text: string, now: number): number | null {
  const [, day, time] = RETRY_AFTER_TEXT.exec(text) ?? [];
  if (day !== undefined && time !== undefined) return finiteOrNull(Date.parse(`${day}T${time}Z`));
  const [, seconds] = TRY_AGAIN_TEXT.exec(text) ?? [];
  return seconds === undefined ? null : now + Math.ceil(Number(seconds) * 1_000);
}

/** The three forms a recipient must read, RFC 9110 section 5.6.7. */
function parseHttpDate(value: string, now: number): number | null {
  const fixdate = IMF_FIXDATE.exec(value);
  if (fixdate !== null) {
    const [, day, month, year, hour, minute, second] = fixdate;
    return utc([year, month, day, hour, minute, second]);
  }
  const rfc850 = RFC_850.exec(value);
  if (rfc850 !== null) {
    const [, day, month, year, hour, minute, second] = rfc850;
    return utc([fourDigitYear(Number(year), now), month, day, hour, minute, second]);
  }
  const asctime = ASCTIME.exec(value);
  if (asctime !== null) {
    const [, month, day, hour, minute, second, year] = asctime;
    return utc([year, month, day, hour, minute, second]);
  }
  return null;
}

type DateFields = readonly [
  year: string | number | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
];

function utc([year, monthName, ...rest]: DateFields): number | null {
  const month = MONTHS.indexOf(monthName ?? "");
  const [day, hour, minute, second] = rest.map(Number);
  if (month < 0 || day === undefined || hour === undefined || minute === undefined || second === undefined) {
    return null;
  }
  // Date.UTC carries 31 February over into March; such a date is no date. A leap second is one.
  const isDate = new Date(Date.UTC(Number(year), month, day)).getUTCDate() === day;
  if (!isDate || hour > 23 || minute > 59 || second > 60) return null;
  return Date.UTC(Number(year), month, day, hour, minute, second);
}

/** A two-digit year more than 50 years ahead is of the last century (RFC 9110 section 5.6.7). */
function fourDigitYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
