/**
 * An account's URL, unchanged: what is hashed or published must be the CA's text to the letter.
 *
 * @throws TypeError for what is no absolute URL of printable ASCII.
 */
export function acceptAccountUrl(url: string): string {
  if (/^[\x21-\x7e]+$/.test(url) && URL.canParse(url)) return url;
  throw new TypeError(`not the URL of an account: ${JSON.stringify(url.slice(0, 300))}`);
}
