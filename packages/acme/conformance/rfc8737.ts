/** RFC 8737. Its server is our TLS server, and the "client" of its section 4 is the CA. */
import { type Clause, doesNotApply, shownBy, testIn } from "./clause.ts";
import { alpnCertificateTest, alpnTest, challengeCase } from "./test-files.ts";

const oneNameAndDigest = alpnCertificateTest(
  "tlsAlpn01Certificate > has one name and the digest, critical, as OpenSSL reads it: %j",
);
const proveNames = challengeCase("challenges > by %s prove %j");
const shownByServer = alpnCertificateTest(
  "tlsAlpn01Certificate > is what a TLS server shows to who offers acme-tls/1",
);
const operators =
  "who runs the TLS server decides what its users may do. `tlsAlpn01.certificate` makes the certificate from the key " +
  "authorization, so that nobody has to hand one in.";

export const rfc8737: readonly Clause[] = [
  {
    id: "8737-3-1",
    section: "3",
    level: "MUST",
    clause: "The self-signed certificate has an acmeIdentifier and a subjectAltName.",
    shown: shownBy(oneNameAndDigest),
  },
  {
    id: "8737-3-2",
    section: "3",
    level: "MUST",
    clause: "Its subjectAltName is one dNSName, the domain that is validated.",
    shown: shownBy(oneNameAndDigest, alpnCertificateTest("tlsAlpn01Certificate > refuses %s"), proveNames),
  },
  {
    id: "8737-3-3",
    section: "3",
    level: "MUST",
    clause: "Its acmeIdentifier is the SHA-256 digest of the key authorization.",
    shown: shownBy(oneNameAndDigest, proveNames),
  },
  {
    id: "8737-3-4",
    section: "3",
    level: "MUST",
    clause: "Its acmeIdentifier is critical.",
    shown: shownBy(oneNameAndDigest),
  },
  {
    id: "8737-3-5",
    section: "3",
    level: "MUST",
    clause: "It is shown in a handshake that agrees on acme-tls/1 and names the domain in SNI.",
    shown: shownBy(
      shownByServer,
      alpnTest("is asked for by the server name of RFC 8738 section 6: %j"),
      proveNames,
    ),
  },
  {
    id: "8737-3-6",
    section: "3",
    level: "MUST",
    clause: "The dNSName is in A-labels (RFC 3492).",
    shown: shownBy(
      testIn("packages/acme/src/x509/dns-name.test.ts")("%j is none"),
      alpnCertificateTest("tlsAlpn01Certificate > refuses %s"),
    ),
  },
  {
    id: "8737-4-1",
    section: "4",
    level: "MUST",
    clause: "acme-tls/1 is for the validation of tls-alpn-01 challenges and for nothing else.",
    shown: doesNotApply(
      "the library runs no TLS server: `tlsAlpn01.protocol` is the name to be offered while a challenge is open, and " +
        "the certificate is of no use elsewhere, as no program but an ACME server knows its critical extension.",
    ),
  },
  {
    id: "8737-5-1",
    section: "5",
    level: "SHOULD NOT",
    clause: "Users of a shared TLS server hand in certificates of their own for tls-alpn-01.",
    shown: doesNotApply(operators),
  },
  {
    id: "8737-5-2",
    section: "5",
    level: "SHOULD",
    clause: "Who shares a TLS server makes the certificates for validation itself, and lets no user near it.",
    shown: doesNotApply(operators),
  },
];
