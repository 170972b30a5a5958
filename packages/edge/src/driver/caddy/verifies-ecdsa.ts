/** Which of a pair's certificates a client can verify, by what Caddy tells of its hello: lists of hexadecimal numbers. */

/** ECDSA with SHA-1 to SHA-512 (RFC 8446 section 4.2.3). */
const ecdsaSchemes = new Set(["203", "403", "503", "603"]);

/** Suites of TLS 1.3 say nothing of the certificate (RFC 8446 appendix B.4); of those before, the ones with ECDHE and ECDSA. */
const otherThanRsaSuites = new Set(
  (
    "1301 1302 1303 1304 1305 " +
    "c007 c008 c009 c00a c023 c024 c02b c02c c072 c073 c086 c087 c0ac c0ad c0ae c0af cca9"
  ).split(" "),
);

/**
 * Whether a client verifies a certificate with a P-256 key. One that has no list of signature schemes is older than TLS 1.2, and
 * is taken for one that does not; where Caddy told nothing at all, nothing is known against it.
 */
export function verifiesEcdsa(query: URLSearchParams): boolean {
  return has(query, "signature_schemes", ecdsaSchemes) && has(query, "cipher_suites", otherThanRsaSuites);
}

function has(query: URLSearchParams, parameter: string, wanted: ReadonlySet<string>): boolean {
  const text = query.get(parameter);
  return text === null || text.split(",").some((number) => wanted.has(number.toLowerCase()));
}
