import { expect, it } from "vitest";
import { NOW } from "../../test/scripted-client.ts";
import { parseChallenge } from "./challenge.ts";

const challenge = { type: "dns-persist-01", url: "https://ca.example.com/c/1", status: "pending" };

it.each([
  ["issuer-domain-names", { "issuer-domain-names": ["ca.example.com"] }],
  ["issuerDomainNames", { issuerDomainNames: ["ca.example.com"] }],
])("reads the CA's names from %s, as the drafts of dns-persist-01 differ", (_, members) => {
  const read = parseChallenge(JSON.stringify({ ...challenge, ...members }), NOW);
  expect(read).toMatchObject({ token: null, issuerDomainNames: ["ca.example.com"], accountUri: null });
});

it("reads how the account is to be named", () => {
  const document = { ...challenge, accounturi: "https://ca.example.com/acct/1" };
  expect(parseChallenge(JSON.stringify(document), NOW).accountUri).toBe(document.accounturi);
});
