/**
 * Text from elsewhere made safe to show: a control or formatting character in it could move the cursor,
 * recolour the screen or turn the reading direction, so it is written out as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
