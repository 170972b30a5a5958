/**
 * The targets of a `Link` header's links of one relation (RFC 8288), in order.
 *
 * @param header all `Link` fields of the response, joined by commas; null when there is none.
 * @param base the URL the response came from; relative targets are resolved against it.
 * @returns absolute URLs; links that cannot be read are left out.
 */
export function linkTargets(header: string | null, relation: string, base: string): readonly string[] {
  const targets: string[] = [];
  for (const [, target, parameters] of (header ?? "").matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, quoted, token] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters ?? "") ?? [];
    const relations = (quoted ?? token ?? "").toLowerCase().split(" ");
    const url = URL.parse(target ?? "", base);
    if (url !== null && relations.includes(relation)) targets.push(url.href);
  }
  return targets;
}
