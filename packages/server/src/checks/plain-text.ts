/** What came from outside, for one line of a person's text. */
export const plainText = (text: string): string =>
  text
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 60);
