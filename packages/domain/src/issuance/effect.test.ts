import fc from "fast-check";
import { expect, test } from "vitest";
import { liveStates } from "../../test/issuance-arbitraries.ts";
import { changesTheCa, type Effect, effectOf } from "./effect.ts";
import type { LiveState } from "./state.ts";

const owed = {
  planned: "new-order",
  ordered: "read-authorizations",
  challenging: "post-challenges",
  validating: "poll-order",
  ready: "make-key",
  finalizing: "finalize",
  processing: "poll-order",
  downloading: "download",
  diagnosing: "read-authorizations",
} satisfies Record<LiveState["kind"], Effect>;

/** Whether it must be committed before it is done. */
const changes = {
  "new-order": true,
  "read-authorizations": false,
  "post-challenges": true,
  "poll-order": false,
  "make-key": false,
  finalize: true,
  download: false,
} satisfies Record<Effect, boolean>;

test("each live state owes one effect, and it is known whether that changes the CA's state", () => {
  fc.assert(
    fc.property(liveStates, (state) => {
      const effect = effectOf(state);
      expect(effect).toBe(owed[state.kind]);
      expect(changesTheCa(effect)).toBe(changes[effect]);
    }),
  );
});
