import type { Specification } from "./clause.ts";
import { profiles } from "./profiles.ts";
import { rfc8555 } from "./rfc8555.ts";
import { rfc8737 } from "./rfc8737.ts";
import { rfc8738 } from "./rfc8738.ts";
import { rfc9773 } from "./rfc9773.ts";

const rfc = (number: string, name: string, clauses: Specification["clauses"]): Specification => ({
  key: number,
  title: `RFC ${number}: ${name}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}`,
  clauses,
});

/** Every document whose demands on clients the library is held to. */
export const specifications: readonly Specification[] = [
  rfc("8555", "ACME", rfc8555),
  rfc("8737", "the tls-alpn-01 challenge", rfc8737),
  rfc("8738", "IP addresses", rfc8738),
  rfc("9773", "renewal information", rfc9773),
  {
    key: "profiles",
    title: "draft-ietf-acme-profiles: profiles",
    url: "https://datatracker.ietf.org/doc/draft-ietf-acme-profiles/",
    clauses: profiles,
  },
];
