const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** What RFC 3986 lets a URL be written with, and no more. */
const URL_TEXT = /^[\x21-\x7e]+$/;

/**
 * A URL that may be talked to: HTTPS (RFC 8555 section 6.1 knows nothing else), or plain HTTP to this very
 * machine, where there is nobody to listen.
 *
 * An absolute one is handed on letter by letter: what is signed is the CA's own text, never another way to write
 * it (RFC 8555 section 6.4).
 *
 * @param base what a relative `text` is resolved against; without it only absolute URLs are taken.
 * @returns null when it is not such a URL.
 */
export function secureUrl(text: string, base?: string): string | null {
  const url = URL_TEXT.test(text) ? URL.parse(text, base) : null;
  if (url === null) return null;
  const secure = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (!secure) return null;
  return isAbsolute(text) ? text : url.href;
}

/** A scheme and two slashes: the URL standard takes "https:a" for relative, too. */
const isAbsolute = (text: string): boolean => /^[A-Za-z]+:\/\//.test(text);
