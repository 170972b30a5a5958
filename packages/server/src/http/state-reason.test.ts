import { eventSentence, failureCodes, failures, instant, type LiveState, planned } from "@certmill/domain";
import { expect, test } from "vitest";
import { type Standing, stateReason } from "./state-reason.ts";

const now = instant(Date.parse("2026-11-22T12:00:00Z"));
const nothing: Standing = {
  state: "waiting",
  failure_code: null,
  failure_detail: null,
  issuance: null,
  not_after: null,
  campaign: null,
  campaign_state: null,
  campaign_wave: null,
  held: false,
  queued_at: null,
  parked_until: null,
  parked_for: null,
  check_at: null,
  findings: null,
};

test("each state has its sentence", () => {
  const standings: Record<Standing["state"], Standing> = {
    waiting: nothing,
    issuing: { ...nothing, state: "issuing", issuance: planned(now) },
    active: { ...nothing, state: "active", not_after: now },
    failed: { ...nothing, state: "failed", failure_code: "dns", failure_detail: "NXDOMAIN" },
    removed: { ...nothing, state: "removed" },
  };
  expect(Object.values(standings).map(stateReason)).toEqual([
    "The certificate will be ordered in a moment.",
    "The certificate is being ordered.",
    "Its certificate is valid until 2026-11-22 12:00 UTC.",
    `${failures.dns.sentence} The certificate authority's words: NXDOMAIN`,
    "The domain was removed.",
  ]);
});

test("what waits says for what", () => {
  const limit = "letsencrypt new-certificates-per-registered-domain example.com";
  const spring = { campaign: "spring", campaign_state: "running", campaign_wave: 2 } as const;
  const waits: readonly Partial<Standing>[] = [
    { ...spring, held: true },
    { ...spring, held: true, campaign_state: "importing" },
    { ...spring, held: true, campaign_state: "paused" },
    { ...spring, queued_at: now, campaign_state: "paused" },
    { queued_at: now },
    { queued_at: now, parked_until: now, parked_for: limit },
  ];
  expect(waits.map((each) => stateReason({ ...nothing, ...each }))).toEqual([
    'It is on the list of the campaign "spring", whose wave 2 of 3 is under way.',
    'It is on the list of the campaign "spring", which has not been started.',
    'It is on the list of the campaign "spring", which is paused.',
    'It is in line for the campaign "spring", which is paused.',
    "It has been in line since 2026-11-22 12:00 UTC, and is ordered as soon as the limits of the certificate authorities allow.",
    `It waits for a limit of a certificate authority (${limit}) until 2026-11-22 12:00 UTC.`,
  ]);
});

test("an attempt that a fault has paused says so", () => {
  const issuance: LiveState = { ...planned(now), faults: 2 };
  expect(stateReason({ ...nothing, state: "issuing", issuance })).toBe(
    "The certificate is being ordered. It met a fault 2 times in a row and goes on after a pause.",
  );
});

test("a renewal that fails does not hide that the certificate is still good", () => {
  const reason = stateReason({ ...nothing, state: "active", not_after: now, failure_code: "caa" });
  expect(reason).toBe(
    `Its certificate is valid until 2026-11-22 12:00 UTC; the renewal failed. ${failures.caa.sentence}`,
  );
});

test.each(failureCodes)(
  "the failure %s is told in its own words, in the state and in the timeline",
  (code) => {
    expect(stateReason({ ...nothing, state: "failed", failure_code: code })).toBe(failures[code].sentence);
    expect(eventSentence("issuance.failed", { code, detail: "x" })).toBe(
      `The attempt failed: ${failures[code].sentence} (x)`,
    );
  },
);

test("a code or a kind of a newer version is shown as it is", () => {
  expect(stateReason({ ...nothing, state: "failed", failure_code: "new-code" })).toBe(
    "The last attempt failed (new-code).",
  );
  expect(eventSentence("new.kind", {})).toBe("new.kind");
});
