import { eventSentence, failureCodes, failures, instant, type LiveState, planned } from "@certmill/domain";
import { expect, test } from "vitest";
import type { Standing } from "./standing.ts";
import { stateReason } from "./state-reason.ts";

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
  holds_order: null,
  findings: null,
  wrong_since: null,
  rests_since: null,
  paused_by: null,
  leaves_at: null,
  wake_at: null,
  names: ["a.example.com"],
  all_names: null,
};

const later = instant(Date.parse("2026-12-22T12:00:00Z"));
const dns = { failure_code: "dns", failure_detail: "NXDOMAIN" };
const noName = {
  code: "no-name",
  weight: "fault",
  name: "a.example.com",
  where: null,
  expected: ["192.0.2.1"],
  found: [],
  ca: null,
  seenFrom: [],
  before: null,
} as const;

test("each state has its sentence", () => {
  const standings: Record<Standing["state"], Standing> = {
    waiting: nothing,
    queued: { ...nothing, state: "queued", queued_at: now },
    issuing: { ...nothing, state: "issuing", issuance: planned(now) },
    delivering: { ...nothing, state: "delivering", not_after: now },
    active: { ...nothing, state: "active", not_after: now },
    failing: { ...nothing, state: "failing", not_after: now, ...dns, wake_at: later },
    paused: {
      ...nothing,
      state: "paused",
      rests_since: now,
      failure_code: "name-paused",
      failure_detail: "Paused. Please visit: https://portal.example/unpause?jwt=abc",
    },
    failed: { ...nothing, state: "failed", rests_since: now, ...dns },
    moved: { ...nothing, state: "moved", rests_since: now, leaves_at: later, not_after: later },
    removed: { ...nothing, state: "removed", rests_since: now, not_after: later },
  };
  expect(Object.values(standings).map(stateReason)).toEqual([
    "The certificate will be ordered in a moment.",
    "It has been in line since 2026-11-22 12:00 UTC, and is ordered as soon as the limits of the certificate authorities allow.",
    "The certificate is being ordered.",
    "The certificate is stored, and on its way to the edges that are to serve it.",
    "Its certificate is valid until 2026-11-22 12:00 UTC.",
    `Its certificate is valid until 2026-11-22 12:00 UTC; the renewal fails. ${failures.dns.sentence} The certificate authority's words: NXDOMAIN. The renewal is tried again at 2026-12-22 12:00 UTC.`,
    "The certificate authority takes no order for a.example.com since 2026-11-22 12:00 UTC, after many failures. The operator has to unpause it at https://portal.example/unpause?jwt=abc, and then ask for a try (certmill domain retry).",
    `Given up on 2026-11-22 12:00 UTC. ${failures.dns.sentence} The certificate authority's words: NXDOMAIN. It is tried again when somebody asks for it (certmill domain retry).`,
    "Its names lead elsewhere, so that it is not renewed since 2026-11-22 12:00 UTC. It is renewed again when they come back; else it is removed at 2026-12-22 12:00 UTC. Its certificate is valid until 2026-12-22 12:00 UTC.",
    "The domain was removed on 2026-11-22 12:00 UTC. Its certificate stays valid at the certificate authority until 2026-12-22 12:00 UTC, unless it is revoked.",
  ]);
});

test("what waits says for what", () => {
  const limit = "letsencrypt new-certificates-per-registered-domain example.com";
  const spring = { campaign: "spring", campaign_state: "running", campaign_wave: 2 } as const;
  const waits: readonly Partial<Standing>[] = [
    { ...spring, held: true },
    { ...spring, held: true, campaign_state: "importing" },
    { ...spring, held: true, campaign_state: "paused" },
    { ...spring, state: "queued", queued_at: now, campaign_state: "paused" },
    { state: "queued", queued_at: now },
    { state: "queued", queued_at: now, parked_until: now, parked_for: limit },
    { state: "queued", queued_at: now, parked_until: now },
  ];
  expect(waits.map((each) => stateReason({ ...nothing, ...each }))).toEqual([
    'It is on the list of the campaign "spring", whose wave 2 of 3 is under way.',
    'It is on the list of the campaign "spring", which has not been started.',
    'It is on the list of the campaign "spring", which is paused.',
    'It is in line for the campaign "spring", which is paused.',
    "It has been in line since 2026-11-22 12:00 UTC, and is ordered as soon as the limits of the certificate authorities allow.",
    `It waits for a limit of a certificate authority (${limit}) until 2026-11-22 12:00 UTC.`,
    "Its renewal waits for the certificate authority that its certificate is from, which is down: there no limit counts it. It is looked at again at 2026-11-22 12:00 UTC.",
  ]);
});

test("an attempt that a fault has paused says so", () => {
  const issuance: LiveState = { ...planned(now), faults: 2 };
  expect(stateReason({ ...nothing, state: "issuing", issuance })).toBe(
    "The certificate is being ordered. It met a fault 2 times in a row and goes on after a pause.",
  );
});

test("a renewal that fails does not hide that the certificate is still good", () => {
  const failing = { ...nothing, state: "failing", not_after: now, failure_code: "caa" } as const;
  expect(stateReason(failing)).toBe(
    `Its certificate is valid until 2026-11-22 12:00 UTC; the renewal fails. ${failures.caa.sentence}`,
  );
  // What a check has seen names what changed, and when.
  expect(stateReason({ ...failing, findings: [noName], wrong_since: now, wake_at: later })).toBe(
    "Its certificate is valid until 2026-11-22 12:00 UTC; the renewal fails. a.example.com does not exist in DNS; add an A record to 192.0.2.1. First seen at 2026-11-22 12:00 UTC. The renewal is tried again at 2026-12-22 12:00 UTC.",
  );
});

test("a renewal that fails names what has changed", () => {
  const moved = {
    ...noName,
    code: "points-elsewhere",
    found: ["198.51.100.9"],
    before: { found: ["192.0.2.1"], where: null, until: now },
  } as const;
  const failing = { ...nothing, state: "failing", not_after: later, failure_code: "connection" } as const;
  expect(stateReason({ ...failing, findings: [moved] })).toBe(
    "Its certificate is valid until 2026-12-22 12:00 UTC; the renewal fails. a.example.com pointed to 192.0.2.1 until 2026-11-22 12:00 UTC and points to 198.51.100.9 now, which is not ours; change that back to an A record to 192.0.2.1.",
  );
});

test("a first try that failed is told by what a check has seen since, which has the fix in it", () => {
  const tried = { ...nothing, ...dns, wake_at: later };
  expect(stateReason(tried)).toBe(
    `${failures.dns.sentence} The certificate authority's words: NXDOMAIN. It is tried again at 2026-12-22 12:00 UTC.`,
  );
  expect(stateReason({ ...tried, findings: [noName] })).toBe(
    "a.example.com does not exist in DNS; add an A record to 192.0.2.1. It is tried again at 2026-12-22 12:00 UTC.",
  );
});

test("what is checked says when, whatever it waits for", () => {
  const checked = { check_at: later, findings: [noName] };
  expect(stateReason({ ...nothing, ...checked, holds_order: true })).toBe(
    "a.example.com does not exist in DNS; add an A record to 192.0.2.1. It is checked again at 2026-12-22 12:00 UTC.",
  );
  expect(stateReason({ ...nothing, ...checked, state: "failed", rests_since: now, ...dns })).toBe(
    "Given up on 2026-11-22 12:00 UTC. a.example.com does not exist in DNS; add an A record to 192.0.2.1. It is ordered when it is right: it is checked again at 2026-12-22 12:00 UTC, or when somebody asks for it (certmill domain check).",
  );
});

test("names that are left out are told, whatever the state", () => {
  const without = { ...nothing, all_names: ["a.example.com", "b.example.com"] };
  expect(stateReason(without)).toMatch(
    / b\.example\.com is left out of it until it is right, and then added\.$/,
  );
});

test.each(failureCodes)(
  "the failure %s is told in its own words, in the state and in the timeline",
  (code) => {
    expect(stateReason({ ...nothing, failure_code: code })).toBe(failures[code].sentence);
    expect(eventSentence("issuance.failed", { code, detail: "x" })).toBe(
      `The attempt failed: ${failures[code].sentence} (x)`,
    );
  },
);

test("a code or a kind of a newer version is shown as it is", () => {
  expect(stateReason({ ...nothing, failure_code: "new-code" })).toBe("The last attempt failed (new-code).");
  expect(eventSentence("new.kind", {})).toBe("new.kind");
});
