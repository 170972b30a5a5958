/**
 * The targets of a `Link` header's links of one relation (RFC 8288), in order.
 *
 * @param header all `Link` fields of the response, joined by commas; null when there is none.
 * @param base the URL the response came from; relative targets are resolved against it.
 * @returns absolute URLs; links that cannot be read are left out.
 */
export function linkTargets(header: string | null, relation: string, base: string): readonly string[] {
  if (header === null) return [];
  const targets: string[] = [];
  for (const [, target, parameters] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(String(parameters));
    const names = String(relations?.[1] ?? relations?.[2])
      .toLowerCase()
      .split(" ");
    const url = URL.parse(String(target), base);
    if (url === null || !names.includes(relation)) continue;
    // What is absolute stays as it is written: it may be signed (RFC 8555 section 6.4).
    targets.push(URL.canParse(String(target)) ? String(target) : url.href);
  }
  return targets;
}
