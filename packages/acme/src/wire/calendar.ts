const EARLIEST = Date.parse("0001-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Whether an instant is of the years 1 to 9999, which all who are told of it can write: databases know no year 0, and RFC 3339
 * no year of five digits.
 *
 * @param instant milliseconds since the epoch; NaN is none.
 */
export const isInCalendar = (instant: number): boolean => instant >= EARLIEST && instant <= LATEST;
