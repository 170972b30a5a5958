import type { AcmeProblem } from "../wire/problem.ts";

/**
 * Whether a refusal of newOrder may be about its `replaces` alone, so that the same order without it may well be
 * taken (RFC 9773 section 5). The RFC has `alreadyReplaced` for one case. For the others CAs use 409 with
 * `conflict`, 404 for a certificate they do not know, or `malformed` and `unauthorized` with a text of their own,
 * once even with none. Pebble (2.10) has `serverInternal` for each certificate whose serial is written with a zero
 * octet at its front, one in 256: it looks for it by another spelling.
 */
export function concernsReplacement({ type, status, detail, subproblems }: AcmeProblem): boolean {
  if (type === "alreadyReplaced" || type === "conflict" || status === 409 || status === 404) return true;
  if (type === "malformed" && detail === "" && subproblems.length === 0) return true;
  return [detail, ...subproblems.map((each) => each.detail)].some((text) =>
    /replace|\bARI\b|\bgiven certificate\b/i.test(text),
  );
}
