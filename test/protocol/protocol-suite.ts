import { afterAll, beforeAll, describe } from "vitest";
import type { Authority, AuthorityKind } from "./authority.ts";
import { accountCases } from "./suite/accounts.ts";
import { certificateCases } from "./suite/certificates.ts";
import { challengeCases } from "./suite/challenges.ts";
import { orderCases } from "./suite/orders.ts";
import { refusalCases } from "./suite/refusals.ts";
import { renewalCases } from "./suite/renewal.ts";
import { resumingCases } from "./suite/resuming.ts";

/** The CA of a file's cases; one for all of them, as starting it costs more than a case. */
export type Shared = () => Authority;

/** The same cases for every CA. */
export function protocolSuite(kind: AuthorityKind): void {
  describe(kind.name, () => {
    let authority: Authority | null = null;
    beforeAll(async () => {
      authority = await kind.start({ alternateChains: 2 });
    });
    afterAll(async () => {
      await authority?.[Symbol.asyncDispose]();
    });
    const shared: Shared = () => {
      if (authority === null) throw new Error("the CA has not started");
      return authority;
    };
    accountCases(kind, shared);
    challengeCases(kind, shared);
    orderCases(kind, shared);
    resumingCases(shared);
    certificateCases(kind, shared);
    renewalCases(kind, shared);
    refusalCases(kind, shared);
  });
}
