/** RFC 8555 section 11: keys, and chains that hold something else. */
import { type Clause, doesNotApply, shownBy, testIn } from "../clause.ts";

const refusesChain = testIn("packages/acme/src/x509/chain.test.ts")("parseChain > refuses %s");

export const operationClauses: readonly Clause[] = [
  {
    id: "8555-11.1-1",
    section: "11.1",
    level: "SHOULD",
    clause: "An account's key is used for that account only.",
    shown: doesNotApply(
      "the library stores no keys. `generateAccountKey` makes a new one each time, and `obtain` takes a new one " +
        "unless it is given one.",
    ),
  },
  {
    id: "8555-11.1-2",
    section: "11.1",
    level: "MUST NOT",
    clause: "An account's public key is in a certificate.",
    shown: shownBy({
      file: "packages/acme/src/client/acme-client.test.ts",
      title: "the steps of an order > hand in no CSR for the account's own key",
    }),
  },
  {
    id: "8555-11.1-3",
    section: "11.1",
    level: "MUST",
    clause: "A new account or a change of keys with a key that the client knows from elsewhere is refused.",
    shown: shownBy({
      file: "packages/acme/src/client/account.test.ts",
      title: "changeKey > refuses the key that the account has",
    }),
  },
  {
    id: "8555-11.1-4",
    section: "11.1",
    level: "MUST",
    clause: "Each new account and each change of keys has a key made for it.",
    shown: doesNotApply(
      "which key is taken is the caller's to say, as only the caller can store it first. `generateAccountKey` makes one.",
    ),
  },
  {
    id: "8555-11.1-5",
    section: "11.1",
    level: "MUST",
    clause: "A CSR with an account's public key is not handed in.",
    shown: shownBy({
      file: "packages/acme/src/client/acme-client.test.ts",
      title: "the steps of an order > hand in no CSR for the account's own key",
    }),
  },
  {
    id: "8555-11.4-1",
    section: "11.4",
    level: "SHOULD",
    clause: "A downloaded chain is looked through for anything but certificates.",
    shown: shownBy(refusesChain),
  },
  {
    id: "8555-11.4-2",
    section: "11.4",
    level: "MUST",
    clause: "A chain with a PEM block that is no certificate is refused as a whole.",
    shown: shownBy(refusesChain),
  },
];
