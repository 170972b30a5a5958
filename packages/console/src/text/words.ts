/** What somebody wrote with spaces, commas or line ends between. */
export const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");
