/** Both Pebbles do what they are told: each option is seen from outside, by the library's own client. */
import {
  certificateId,
  dns01,
  generateAccountKey,
  type ObtainRequest,
  obtain,
  undiciTransport,
} from "@certmill/acme";
import { describe, expect, test } from "vitest";
import { freePort } from "../../tools/peers/free-port.ts";
import { type Pebble, startPebble } from "../../tools/peers/pebble.ts";
import type { PebbleOptions } from "../../tools/peers/pebble-options.ts";

interface Zone {
  readonly texts: Map<string, string>;
  readonly textsOf: (name: string) => readonly string[];
}

function emptyZone(): Zone {
  const texts = new Map<string, string>();
  return { texts, textsOf: (name) => [texts.get(name) ?? []].flat() };
}

const noZone = emptyZone();
const day = 86_400;

/** Obtains a certificate for one name by dns-01. */
async function obtainFrom(pebble: Pebble, { texts }: Zone, more: Partial<ObtainRequest> = {}) {
  await using transport = undiciTransport({ rootPem: pebble.httpsRootPem });
  return await obtain({
    directoryUrl: pebble.directoryUrl,
    transport,
    agreeToTerms: true,
    names: ["one.example.com"],
    publish: {
      "dns-01": ({ identifier, token, thumbprint }) => {
        texts.set(dns01.name(identifier.value), dns01.value(token, thumbprint));
      },
    },
    ...more,
  });
}

async function fetchText(pebble: Pebble, url: string): Promise<string> {
  await using transport = undiciTransport({ rootPem: pebble.httpsRootPem });
  const answer = await transport({ method: "GET", url, headers: {}, body: null, signal: null });
  return answer.body;
}

const readDirectory = async (pebble: Pebble) => JSON.parse(await fetchText(pebble, pebble.directoryUrl));

const releases: readonly Pick<PebbleOptions, "release">[] = [{ release: "own" }, { release: "newer" }];

describe.each(releases)("$release", (release) => {
  test("takes TXT records from its zone, sends several chains, and knows what it issued", async () => {
    const zone = emptyZone();
    const httpPort = await freePort();
    await using pebble = await startPebble({
      ...release,
      httpPort,
      ...zone,
      alternateRoots: 1,
      chainLength: 2,
    });
    const root = await pebble.issuingRootPem();
    expect(root).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(new Set([root, await pebble.issuingRootPem(1), pebble.httpsRootPem]).size).toBe(3);

    const { chain } = await obtainFrom(pebble, zone);
    expect(chain.pem.match(/BEGIN CERTIFICATE/g)?.length).toBe(3);
    expect(await pebble.certificateStatus(chain.leaf.serial)).toEqual({ revoked: false, reason: null });
    expect(await pebble.certificateStatus("0abc")).toBeNull();
  });

  test("refuses a wrong TXT record, a blocked name, and an account that is not bound", async () => {
    const zone = { ...emptyZone(), textsOf: () => ["wrong"] };
    const key = Buffer.from("a key of thirty-two octets, no less").toString("base64url");
    await using pebble = await startPebble({
      ...release,
      ...zone,
      httpPort: await freePort(),
      externalAccountKeys: { known: key },
      blockedNames: ["blocked.example.com"],
    });
    await expect(obtainFrom(pebble, zone)).rejects.toMatchObject({
      problem: { type: expect.stringContaining("externalAccountRequired") },
    });
    const bound = {
      externalAccountBinding: { keyId: "known", hmacKey: key },
      accountKey: generateAccountKey(),
    };
    await expect(obtainFrom(pebble, zone, bound)).rejects.toMatchObject({
      problem: { type: expect.stringContaining("unauthorized") },
    });
    await expect(
      obtainFrom(pebble, zone, { ...bound, names: ["a.blocked.example.com"] }),
    ).rejects.toMatchObject({ problem: { type: expect.stringContaining("rejectedIdentifier") } });
  });
});

test("own: knows no renewal information and no profiles, and issues for the time it is told", async () => {
  await using pebble = await startPebble({
    httpPort: await freePort(),
    validation: "skip",
    validity: 3 * day,
  });
  const { renewalInfo, meta } = await readDirectory(pebble);
  expect({ renewalInfo, profiles: meta.profiles }).toEqual({ renewalInfo: undefined, profiles: undefined });
  const { leaf } = (await obtainFrom(pebble, noZone)).chain;
  expect(leaf.notAfter - leaf.notBefore).toBeCloseTo(3 * day * 1_000, -4);
});

test("newer: has the profiles, identities and renewal information it is told, and issues by them", async () => {
  await using pebble = await startPebble({
    release: "newer",
    httpPort: await freePort(),
    validation: "skip",
    profiles: {
      long: { description: "for long", validityPeriod: 40 * day },
      short: { description: "for a week", validityPeriod: 7 * day },
    },
    keyAlgorithm: "ecdsa",
    caaIdentities: ["ca.example.com"],
    retryAfter: { authorization: 1, order: 1 },
  });
  const { meta, renewalInfo } = await readDirectory(pebble);
  expect(meta).toMatchObject({
    profiles: { long: "for long", short: "for a week" },
    caaIdentities: ["ca.example.com"],
    externalAccountRequired: false,
  });
  const { chain } = await obtainFrom(pebble, noZone, { profile: "short" });
  expect(chain.leaf.notAfter - chain.leaf.notBefore).toBeCloseTo(7 * day * 1_000, -4);
  await pebble.setRenewalInfo(chain.pem, "no JSON");
  expect(await fetchText(pebble, `${renewalInfo}/${certificateId(chain.leaf)}`)).toBe("no JSON");
});
