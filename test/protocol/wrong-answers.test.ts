/** What the CAs make of a wrong answer to each kind of challenge: were it not refused, the suite would show nothing. */
import type { Publication, Publish } from "@certmill/acme";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, type AuthorityKind, pebbleKind, simKind } from "./authority.ts";
import { failureOf, openAccount } from "./session.ts";

interface WrongAnswer {
  readonly what: string;
  readonly type: string;
  /** The publication that is made in place of the right one; null: none. */
  readonly changed: (publication: Publication) => Publication | null;
}

const ANOTHER_TOKEN = "b".repeat(43);

const nothing = (type: string): WrongAnswer => ({ what: "nothing", type, changed: () => null });
const ofAnotherToken = (type: string): WrongAnswer => ({
  what: "the answer to another challenge",
  type,
  changed: (publication) => ({ ...publication, token: ANOTHER_TOKEN }),
});
const ofAnotherAccount = (type: string): WrongAnswer => ({
  what: "another account's answer",
  type,
  changed: (publication) => ({
    ...publication,
    thumbprint: "c".repeat(43),
    accountUrl: `${publication.accountUrl}0`,
  }),
});
const ofAnotherName = (type: string): WrongAnswer => ({
  what: "the answer for another name",
  type,
  changed: (publication) => ({ ...publication, identifier: { type: "dns", value: "other.example.com" } }),
});

const everywhere: readonly WrongAnswer[] = ["http-01", "dns-01", "tls-alpn-01"].flatMap((type) => [
  nothing(type),
  ofAnotherAccount(type),
]);
const byToken: readonly WrongAnswer[] = ["dns-01", "tls-alpn-01"].flatMap((type) => [
  ofAnotherToken(type),
  ofAnotherName(type),
]);
const bySimAlone: readonly WrongAnswer[] = [
  nothing("dns-account-01"),
  ofAnotherToken("dns-account-01"),
  ofAnotherAccount("dns-account-01"),
  nothing("dns-persist-01"),
  ofAnotherAccount("dns-persist-01"),
  ofAnotherName("dns-persist-01"),
  {
    what: "a record for another CA",
    type: "dns-persist-01",
    changed: (publication) => ({
      ...publication,
      challenge: { ...publication.challenge, issuerDomainNames: ["other.test"] },
    }),
  },
];

const kinds: readonly (readonly [AuthorityKind, readonly WrongAnswer[]])[] = [
  [simKind, [...everywhere, ...byToken, ...bySimAlone]],
  [pebbleKind("newer"), [...everywhere, ...byToken]],
];

describe.each(kinds)("$name", (kind, answers) => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await kind.start();
  });
  afterAll(() => authority[Symbol.asyncDispose]());

  it.each(answers)("refuses $what to $type", async ({ type, changed }) => {
    await using session = await openAccount(authority);
    const right = authority.internet.publishers[type];
    const publish: Publish = (publication) => {
      const wrong = changed(publication);
      return wrong === null ? undefined : right?.(wrong);
    };
    const failure = await failureOf(
      session.obtain([`${type}.wrong.example.com`], { publish: { [type]: publish } }),
    );
    expect(failure.code).toBe("invalid");
    expect(failure.problem?.type).toMatch(/^(dns|unauthorized|connection|tls|incorrectResponse)$/);
  });
});
