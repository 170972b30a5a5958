/** RFC 8738. Sections 4 and 5 bind the CA, which connects to the address. */
import { type Clause, shownBy, testIn } from "./clause.ts";
import { alpnCertificateTest, alpnTest, challengeCase, identifierTest } from "./test-files.ts";

const proveNames = challengeCase("challenges > by %s prove %j");

export const rfc8738: readonly Clause[] = [
  {
    id: "8738-3-1",
    section: "3",
    level: "MUST",
    clause: "An address is an identifier of type `ip`, in the text form of RFC 1123 or RFC 5952.",
    shown: shownBy(
      identifierTest("identifierOf > tells what %s is"),
      identifierTest("identifierOf > says an address in one way, however it is written"),
      testIn("packages/acme/src/x509/ip-address.test.ts")("keeps every address over text and back"),
      proveNames,
    ),
  },
  {
    id: "8738-6-1",
    section: "6",
    level: "MUST",
    clause: "The certificate for tls-alpn-01 has one iPAddress, the address that is validated.",
    shown: shownBy(
      alpnCertificateTest(
        "tlsAlpn01Certificate > has one name and the digest, critical, as OpenSSL reads it: %j",
      ),
      alpnTest("makes the certificate of the key authorization"),
      proveNames,
    ),
  },
  {
    id: "8738-6-2",
    section: "6",
    level: "MUST",
    clause: "The CA asks for it by the address's name in in-addr.arpa or ip6.arpa.",
    shown: shownBy(
      alpnTest("is asked for by the server name of RFC 8738 section 6: %j"),
      alpnTest("has a server name for every IPv6 address from which the address can be read"),
    ),
  },
  {
    id: "8738-7-1",
    section: "7",
    level: "MUST NOT",
    clause: "An address is proved by dns-01.",
    shown: shownBy(testIn("packages/acme/src/challenge/dns-01.test.ts")("refuses what no record can be for")),
  },
];
