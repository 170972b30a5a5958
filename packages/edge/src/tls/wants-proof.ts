import type { ClientHello } from "./client-hello.ts";

/** RFC 8737 section 6.2. */
export const proofProtocol = "acme-tls/1";

/** Only a CA that validates offers this, and it offers nothing else (RFC 8737 section 3). */
export const wantsProof = ({ protocols, serverName }: ClientHello): boolean =>
  serverName !== null && protocols.length === 1 && protocols[0] === proofProtocol;
