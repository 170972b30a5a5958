/**
 * Where a person tells the CA to go on with names that it has paused, as its refusal says. Let's Encrypt: "Your account is
 * temporarily prevented from requesting certificates for … Please visit: <URL>"; the link holds for two weeks.
 *
 * @returns null when it names no such place.
 */
export function unpauseUrl(detail: string | null): string | null {
  const [, url] = /visit:?\s*(https:\/\/[^\s"'<>]+)/i.exec(detail ?? "") ?? [];
  return url?.replace(/[.,;)]+$/, "") ?? null;
}
