/** RFC 8555 section 7.3: accounts, their terms, bindings and keys. */
import { type Clause, doesNotApply, shownBy, testIn } from "../clause.ts";
import { accountCase, accountTest, clientTest } from "../test-files.ts";

const binds = testIn("packages/acme/src/wire/embedded-jws.test.ts")(
  "bindExternalAccount > binds the account key under the CA's MAC key",
);
const boundAccount = accountCase("accounts > is bound to an external account, where the CA wants one");
const changesKey = accountTest("changeKey > is signed by both keys, and the new one signs from then on");
const innerRequest = testIn("packages/acme/src/wire/embedded-jws.test.ts")(
  "keyChangeRequest > is signed by the new key, over the account and the old key, without a nonce",
);
const newKey = accountCase("accounts > takes a new key, and the old one is nobody's from then on");

export const accountClauses: readonly Clause[] = [
  {
    id: "8555-7.3-1",
    section: "7.3",
    level: "MUST NOT",
    clause: "A `mailto:` contact has header fields, or more than one address.",
    shown: shownBy({
      file: "packages/acme/src/client/account.test.ts",
      title: "a contact > is not %j, and nothing is asked",
    }),
  },
  {
    id: "8555-7.3-2",
    section: "7.3",
    level: "SHOULD NOT",
    clause: "Terms are agreed to by default.",
    shown: shownBy(
      clientTest("newAccount > binds an external account"),
      accountCase("accounts > refuses an account whose terms are not agreed to"),
    ),
  },
  {
    id: "8555-7.3-3",
    section: "7.3",
    level: "SHOULD",
    clause: "A person is asked before terms are agreed to.",
    shown: doesNotApply(
      "a library has no person before it. It tells the URL of the terms (`directory().meta.termsOfService`) and says " +
        "`termsOfServiceAgreed` only where its caller does; `obtain` demands `agreeToTerms`, which has no default.",
    ),
  },
  {
    id: "8555-7.3.1-1",
    section: "7.3.1",
    level: "SHOULD",
    clause: "An account is looked for by its key with `onlyReturnExisting`, where none is to be made.",
    shown: shownBy(accountCase("accounts > finds an account by its key alone, and makes none")),
  },
  {
    id: "8555-7.3.4-1",
    section: "7.3.4",
    level: "MUST",
    clause: "The `alg` of an external account binding is one with a shared key.",
    shown: shownBy(binds, boundAccount),
  },
  {
    id: "8555-7.3.4-2",
    section: "7.3.4",
    level: "MUST",
    clause: "Its `kid` is the key identifier that the CA gave.",
    shown: shownBy(binds, boundAccount),
  },
  {
    id: "8555-7.3.4-3",
    section: "7.3.4",
    level: "MUST NOT",
    clause: "It has a nonce.",
    shown: shownBy(binds),
  },
  {
    id: "8555-7.3.4-4",
    section: "7.3.4",
    level: "MUST",
    clause: "Its `url` is that of the request it is in.",
    shown: shownBy(binds, boundAccount),
  },
  {
    id: "8555-7.3.5-1",
    section: "7.3.5",
    level: "MUST",
    clause: "A change of keys names the account by its URL, letter by letter as newAccount told it.",
    shown: shownBy({
      file: "packages/acme/src/client/account.test.ts",
      title: "changeKey > names the account letter by letter as the CA does",
    }),
  },
  {
    id: "8555-7.3.5-2",
    section: "7.3.5",
    level: "MUST",
    clause: "The outer JWS of a change of keys is as that of any request.",
    shown: shownBy(changesKey, newKey),
  },
  {
    id: "8555-7.3.5-3",
    section: "7.3.5",
    level: "MUST",
    clause: "The inner JWS is too, but for what the next three say.",
    shown: shownBy(innerRequest, newKey),
  },
  {
    id: "8555-7.3.5-4",
    section: "7.3.5",
    level: "MUST",
    clause: "The inner JWS carries the new public key as `jwk`.",
    shown: shownBy(innerRequest, changesKey),
  },
  {
    id: "8555-7.3.5-5",
    section: "7.3.5",
    level: "MUST",
    clause: "The inner JWS has the `url` of the outer one.",
    shown: shownBy(changesKey, newKey),
  },
  {
    id: "8555-7.3.5-6",
    section: "7.3.5",
    level: "MUST",
    clause: "The inner JWS has no nonce.",
    shown: shownBy(innerRequest, changesKey),
  },
];
