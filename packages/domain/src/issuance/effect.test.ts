import fc from "fast-check";
import { expect, test } from "vitest";
import { liveStates } from "../../test/issuance-arbitraries.ts";
import { changesOutside, type Effect, effectOf } from "./effect.ts";
import type { LiveState } from "./state.ts";

const owed = {
  planned: "new-order",
  ordered: "read-authorizations",
  placing: "place-records",
  publishing: "publish-records",
  propagating: "look-for-records",
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
  "place-records": false,
  "publish-records": true,
  "look-for-records": false,
  "post-challenges": true,
  "poll-order": false,
  "make-key": false,
  finalize: true,
  download: false,
} satisfies Record<Effect, boolean>;

test("each live state owes one effect, and it is known whether that changes anything outside", () => {
  fc.assert(
    fc.property(liveStates, (state) => {
      const effect = effectOf(state);
      expect(effect).toBe(owed[state.kind]);
      expect(changesOutside(effect)).toBe(changes[effect]);
    }),
  );
});
