const grouped = new Intl.NumberFormat("en");

/** A number to read at a glance: `25,000`. */
export const numberText = (value: number): string => grouped.format(value);
