/** What every provider must do, tried with a server that has the zone `zone.test`. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { DnsProvider, TextRecord } from "../../src/dns/dns-provider.ts";

export interface ProviderUnderTest {
  readonly provider: () => DnsProvider;
  /** The texts that are at the name, as whoever asks for them sees them. */
  readonly textsOf: (name: string) => Promise<readonly string[]>;
}

const text = (): string => randomBytes(32).toString("base64url");
const patience = (): AbortSignal => AbortSignal.timeout(60_000);

export function providerSuite({ provider, textsOf }: ProviderUnderTest): void {
  const fresh = (): TextRecord => ({
    zone: "zone.test",
    name: `_acme-challenge.${randomBytes(4).toString("hex")}.zone.test`,
    text: text(),
  });

  test("a text is added beside others, and taken away without them", async () => {
    const record = fresh();
    const other = { ...record, text: text() };
    await provider().add(record, patience());
    await provider().add(other, patience());
    expect((await textsOf(record.name)).toSorted()).toEqual([record.text, other.text].toSorted());
    await provider().remove(record, patience());
    expect(await textsOf(record.name)).toEqual([other.text]);
    await provider().remove(other, patience());
    expect(await textsOf(record.name)).toEqual([]);
  });

  test("what is done again changes nothing", async () => {
    const record = fresh();
    await provider().add(record, patience());
    await provider().add(record, patience());
    expect(await textsOf(record.name)).toEqual([record.text]);
    await provider().remove(record, patience());
    await provider().remove(record, patience());
    expect(await textsOf(record.name)).toEqual([]);
  });
}
