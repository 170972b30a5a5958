import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyResource } from "../../test/scripted-ca.ts";
import { NOW, paths, startClient } from "../../test/scripted-client.ts";
import { renewalInfoRetryAt, renewalTime } from "./renewal-info.ts";

const MINUTE = 60_000;
const WINDOW = { start: "2026-12-01T00:00:00Z", end: "2026-12-02T00:00:00.5Z" };
const ID = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";

describe("renewalInfo", () => {
  it("is a plain GET of the certificate's own URL, and spends no nonce", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, stranger } = setup;
    ca.script(`/renewal-info/${ID}`, {
      body: { suggestedWindow: WINDOW, explanationURL: "https://ca.example.com/why" },
      headers: { "retry-after": "21600" },
      nonce: null,
    });
    expect(await stranger.renewalInfo(ID)).toEqual({
      url: `${ca.origin}/renewal-info/${ID}`,
      retryAt: NOW + 360 * MINUTE,
      etag: null,
      resource: {
        start: Date.UTC(2026, 11, 1),
        end: Date.UTC(2026, 11, 2) + 500,
        explanationUrl: "https://ca.example.com/why",
      },
    });
    expect(paths(ca)).toEqual(["GET /directory", `GET /renewal-info/${ID}`]);
  });

  it("does not double a slash at the end of the directory's URL", async () => {
    await using setup = await startClient(null, { renewalInfo: "/renewal-info/" });
    setup.ca.script(`/renewal-info/${ID}`, { body: { suggestedWindow: WINDOW } });
    expect((await setup.stranger.renewalInfo(ID)).resource.explanationUrl).toBeNull();
  });

  it.each([
    ["0", NOW + MINUTE],
    ["59", NOW + MINUTE],
    ["61", NOW + 61_000],
    ["86400", NOW + 1_440 * MINUTE],
    ["31536000", NOW + 1_440 * MINUTE],
    [new Date(NOW - MINUTE).toUTCString(), NOW + MINUTE],
    ["soon", NOW + 360 * MINUTE],
    [null, NOW + 360 * MINUTE],
  ])("with Retry-After %j is asked for again at the clamped time", async (header, expected) => {
    await using setup = await startClient(null, everyResource);
    const headers = header === null ? {} : { "retry-after": header };
    setup.ca.script(`/renewal-info/${ID}`, { body: { suggestedWindow: WINDOW }, headers });
    expect((await setup.client.renewalInfo(ID)).retryAt).toBe(expected);
  });

  it.each([
    ["no window", {}],
    ["a window without an end", { suggestedWindow: { start: WINDOW.start } }],
    ["a window that ends before it begins", { suggestedWindow: { start: WINDOW.end, end: WINDOW.start } }],
    ["a window of no length", { suggestedWindow: { start: WINDOW.start, end: WINDOW.start } }],
    ["times that are none", { suggestedWindow: { start: "soon", end: "later" } }],
    ["an explanation over http", { suggestedWindow: WINDOW, explanationURL: "http://ca.example.com" }],
  ])("is refused with %s", async (_, body) => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(`/renewal-info/${ID}`, { body });
    await expect(setup.client.renewalInfo(ID)).rejects.toMatchObject({ code: "bad-response" });
  });

  it.each([
    ['"v1"', '"v1"'],
    ['W/"a-b!~"', 'W/"a-b!~"'],
    ['""', '""'],
    ["v1", null],
    ['"a b"', null],
    ['"a", "b"', null],
    ['w/"v1"', null],
    ['"caf\u00e9"', null],
  ])("with the entity tag %s hands on %s", async (header, expected) => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(`/renewal-info/${ID}`, { body: { suggestedWindow: WINDOW }, headers: { etag: header } });
    expect((await setup.client.renewalInfo(ID)).etag).toBe(expected);
  });

  it("tells of a certificate the CA does not know", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(`/renewal-info/${ID}`, {
      status: 404,
      body: { type: "urn:ietf:params:acme:error:malformed" },
    });
    await expect(setup.client.renewalInfo(ID)).rejects.toMatchObject({
      code: "problem",
      problem: { type: "malformed", status: 404 },
    });
  });

  it("is not asked of a CA that has none", async () => {
    await using setup = await startClient();
    await expect(setup.client.renewalInfo(ID)).rejects.toMatchObject({ code: "not-offered" });
    expect(paths(setup.ca)).toEqual(["GET /directory"]);
  });
});

describe("changedRenewalInfo", () => {
  const path = `/renewal-info/${ID}`;
  const changed = { body: { suggestedWindow: WINDOW }, headers: { etag: '"v2"' } };

  it.each([
    ["600", NOW + 10 * MINUTE],
    ["0", NOW + MINUTE],
    [null, NOW + 360 * MINUTE],
  ])("says that nothing has changed, with Retry-After %j", async (header, retryAt) => {
    await using setup = await startClient(null, everyResource);
    const headers = header === null ? {} : { "retry-after": header };
    setup.ca.script(path, { status: 304, headers, body: "", nonce: null });
    expect(await setup.stranger.changedRenewalInfo(ID, 'W/"v1"')).toEqual({ resource: null, retryAt });
    expect(setup.ca.seen.at(-1)).toMatchObject({ method: "GET", path, ifNoneMatch: 'W/"v1"' });
  });

  it("tells what has changed, and its new entity tag", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(path, changed);
    expect(await setup.client.changedRenewalInfo(ID, '"v1"')).toMatchObject({
      resource: { start: Date.UTC(2026, 11, 1) },
      etag: '"v2"',
    });
  });

  it("is refused as any other", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(path, { status: 404, body: { type: "urn:ietf:params:acme:error:malformed" } });
    await expect(setup.client.changedRenewalInfo(ID, '"v1"')).rejects.toMatchObject({ code: "problem" });
  });

  it("takes 304 for no answer where nothing was said to be known", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script(path, { status: 304, body: "" });
    await expect(setup.client.renewalInfo(ID)).rejects.toMatchObject({ problem: { status: 304 } });
    expect(setup.ca.seen.at(-1)?.ifNoneMatch).toBeNull();
  });
});

it("renewalInfoRetryAt stays between a minute and a day from now", () => {
  fc.assert(
    fc.property(fc.option(fc.integer()), fc.nat(), (retryAt, now) => {
      const at = renewalInfoRetryAt(retryAt, now);
      expect(at).toBeGreaterThanOrEqual(now + MINUTE);
      expect(at).toBeLessThanOrEqual(now + 1_440 * MINUTE);
    }),
  );
});

describe("renewalTime", () => {
  const window = { start: 1_000, end: 2_000, explanationUrl: null };

  it.each([
    [0, 1_000],
    [0.25, 1_250],
    [0.9999, 1_999],
  ])("at chance %d is %d", (chance, expected) => {
    expect(renewalTime(window, chance)).toBe(expected);
  });

  it.each([-0.1, 1, NaN])("refuses chance %d", (chance) => {
    expect(() => renewalTime(window, chance)).toThrow(RangeError);
  });
});
