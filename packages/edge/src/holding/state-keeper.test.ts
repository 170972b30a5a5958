import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Receipt } from "@certmill/api";
import { expect, test } from "vitest";
import type { Holding } from "./holding.ts";
import { StateKeeper, type StateSource } from "./state-keeper.ts";
import { loadState } from "./state-log.ts";

const ref = { certificateId: "11", serial: "0a", notAfter: "2027-02-01T00:00:00Z" };
const served = { ...ref, names: ["a.example.com"] };
const loaded: Holding = {
  lineageId: "1",
  names: served.names,
  twinOf: null,
  wanted: ref,
  installed: served,
  loaded: served,
  proved: null,
};
const proved: Holding = { ...loaded, proved: ref };
const receipt: Receipt = {
  lineageId: "1",
  certificateId: "11",
  servedAt: "2026-11-01T00:00:00Z",
  error: null,
};

/** One lineage, whose proof and receipt come in one turn, as they do at work. */
class Source implements StateSource {
  readonly cursor = "7";
  isProved = false;
  onRead: () => void = () => undefined;

  *all(): Iterable<Holding> {
    this.onRead();
    yield this.get();
  }

  get(): Holding {
    return this.isProved ? proved : loaded;
  }

  receipts(): readonly Receipt[] {
    return this.isProved ? [receipt] : [];
  }
}

async function keeping(
  source: Source,
  task: (keeper: StateKeeper, path: string) => Promise<void>,
): Promise<void> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-keeper-"));
  const path = join(directory.path, "state.jsonl");
  const keeper = new StateKeeper({ path, source, backoff: { least: 1, most: 2 }, log: () => undefined });
  const ended = new AbortController();
  const run = keeper.run(ended.signal);
  await task(keeper, path);
  ended.abort();
  await run;
}

/** What a restart finds: a certificate that is served and of which the server is never told would wait for its receipt for ever. */
async function expectNoReceiptLost(path: string): Promise<void> {
  const found = await loadState(path);
  if (found.kind !== "found") return;
  const isProved = found.state.lineages.get("1")?.proved != null;
  expect(found.state.receipts).toEqual(isProved ? [receipt] : expect.anything());
}

test("what is proved while the log is written anew has its receipt in it", async () => {
  const source = new Source();
  source.onRead = () => {
    source.isProved = true;
  };
  await keeping(source, async (keeper, path) => {
    await keeper.written();
    const found = await loadState(path);
    expect(found).toMatchObject({ kind: "found", state: { receipts: [receipt], cursor: "7" } });
  });
});

test("wherever what is added breaks off, no proof is there without its receipt", async () => {
  const source = new Source();
  await keeping(source, async (keeper, path) => {
    await keeper.written();
    const before = (await readFile(path)).length;
    source.isProved = true;
    keeper.receiptAdded(receipt);
    keeper.changed("1");
    await keeper.written();
    const whole = await readFile(path);
    expect(whole.length).toBeGreaterThan(before);
    for (let length = before; length <= whole.length; length += 1) {
      const cut = `${path}.cut`;
      await writeFile(cut, whole.subarray(0, length));
      await expectNoReceiptLost(cut);
    }
  });
});
