/**
 * The anchors that GitHub gives to a page's headings: lower case, spaces as hyphens, no other signs; the
 * second of one text gets "-1", the third "-2". Names that differ in case alone need that.
 *
 * @returns one for each heading, in their order.
 */
export function headingAnchors(headings: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}
