/** For tests of what is replaced or revoked at once: domains with certificates that no CA issued, and the rounds of a server. */
import { type Client, operations } from "@certmill/api";
import { type Instant, instant } from "@certmill/domain";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { feedReplacements } from "../../src/work/feed-replacements.ts";
import { issueDue } from "./issue-directly.ts";
import { type OwnTestApi, type OwnTestApis, startOwnTestApis } from "./open-own-test-api.ts";
import { start } from "./open-test-api.ts";

/** A database for each test of the file, with two CAs of ten orders in flight, so that twenty are under way for each at the most. */
export function useReplacements() {
  let apis: OwnTestApis;
  let api: OwnTestApi;
  let admin: Client;

  beforeAll(async () => {
    apis = await startOwnTestApis();
  });
  afterAll(() => apis[Symbol.asyncDispose]());

  beforeEach(async () => {
    api = await apis.open();
    admin = await api.as("admin");
    const ca = { contact: [], termsAgreed: true, maxOrdersInFlight: 10 };
    await admin.call(operations.addCa, { body: { name: "le", directory: "letsencrypt", ...ca } });
    await admin.call(operations.addCa, {
      body: { name: "other", directory: "https://other.test/directory", ...ca },
    });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const now = (): Instant => instant(start + api.clock.ahead);

  return {
    now,
    /** Of the test that runs. */
    get db() {
      return api.db;
    },
    get admin() {
      return admin;
    },
    /** Lets the clock run on, in milliseconds. */
    pass: (span: number): void => {
      api.clock.ahead += span;
    },
    /** Domains with certificates. @returns the certificates' ids, in the order of the names. */
    enrol: async (names: readonly string[], ca = "le"): Promise<readonly string[]> => {
      const rows = names.map((domain, n) => ({ line: n + 1, domain, tenant: "acme" }));
      await admin.call(operations.addDomainBatch, { body: { rows, ca } });
      const ids: string[] = [];
      for (let left = names.length; left > 0; ) {
        const issued = await issueDue(api.db, now());
        ids.push(...issued);
        left = issued.length === 0 ? 0 : left - issued.length;
      }
      return ids;
    },
    serialOf: async (id: string): Promise<string> =>
      (await admin.call(operations.showCertificate, { params: { id } })).serial,
    feed: () => feedReplacements(api.db, now()),
  };
}

export const name = (n: number): string => `site${String(n).padStart(2, "0")}.com`;
export const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => name(n));
