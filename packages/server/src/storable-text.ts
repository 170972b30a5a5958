/**
 * Text from outside as the database takes it, in columns and in JSON: without NUL and halves of surrogate pairs, either of which
 * would have the whole statement refused, each time anew. A customer's name servers may send any bytes, and a CA quotes
 * what a customer's server has answered.
 */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", "\u{FFFD}");
