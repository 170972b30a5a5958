const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * The absolute form of a URL that may be talked to: HTTPS (RFC 8555 section 6.1 knows nothing else), or plain
 * HTTP to this very machine, where there is nobody to listen.
 *
 * @param base what a relative `text` is resolved against; without it only absolute URLs are taken.
 * @returns null when it is not such a URL.
 */
export function secureUrl(text: string, base?: string): string | null {
  const url = URL.parse(text, base);
  if (url === null) return null;
  const secure = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  return secure ? url.href : null;
}
