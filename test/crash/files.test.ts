/** The first start's files: the directory's lock, the key-encryption key, the admin token. */
import type * as FileSystem from "node:fs/promises";
import { mkdtempDisposable, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { dieEverywhere } from "./every-death.ts";
import { type Death, Mortal } from "./mortal.ts";

const process = vi.hoisted(() => ({ mortal: null as Mortal | null }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>();
  const call = <T>(what: string, act: () => Promise<T>): Promise<T> =>
    process.mortal === null ? act() : process.mortal.call(what, act);
  const open: typeof real.open = async (...request) => {
    // What a process had open is closed with it.
    await using opened = new AsyncDisposableStack();
    const file = await call("open", async () => opened.use(await real.open(...request)));
    const writeFile = file.writeFile.bind(file);
    const sync = file.sync.bind(file);
    opened.move();
    return Object.assign(file, {
      writeFile: (content: string) =>
        call("write", async () => {
          // A death in the middle of a write leaves a part of it.
          await writeFile(content.slice(0, 5));
          await call("write the rest", () => writeFile(content.slice(5)));
        }),
      sync: () => call("sync", sync),
    });
  };
  return {
    ...real,
    open,
    mkdir: (path: string, options: object) => call("mkdir", () => real.mkdir(path, options)),
    link: (from: string, to: string) => call("link", () => real.link(from, to)),
    rename: (from: string, to: string) => call("rename", () => real.rename(from, to)),
    rm: (path: string, options: object) => call("rm", () => real.rm(path, options)),
    readFile: (path: string, encoding: "utf8") => call("readFile", () => real.readFile(path, encoding)),
  };
});

afterEach(() => {
  process.mortal = null;
});

/** What a start finds or makes. Each has modules of its own, as a process has. */
async function start(directory: string, mortal: Mortal) {
  vi.resetModules();
  const { lockDirectory } = await import("../../packages/server/src/store/directory-lock.ts");
  const { loadKeys } = await import("../../packages/server/src/keys/load-key-ring.ts");
  const { findAdminToken } = await import("../../packages/server/src/config/admin-token.ts");
  process.mortal = mortal;
  try {
    const database = { kind: "embedded", directory } as const;
    const keys = { kind: "file", path: join(directory, "key-encryption-keys") } as const;
    const lock = await lockDirectory(directory);
    const ring = (await loadKeys({ keys, database }, new Date(0))).ring();
    const token = (await findAdminToken({ adminToken: null, database }))?.token;
    await lock.release();
    return { keyId: ring.current.id, key: Buffer.from(ring.current.key).toString("hex"), token };
  } catch (error) {
    if (mortal.lastCall === null) throw error;
    return null;
  } finally {
    process.mortal = null;
  }
}

async function twoLives(death: Death | null) {
  await using temporary = await mkdtempDisposable(join(tmpdir(), "certmill-crash-"));
  const directory = join(temporary.path, "data");
  const [first, second] = [new Mortal(death), new Mortal(null)];
  const found = await start(directory, first);
  const again = await start(directory, second);
  expect(again?.token).toMatch(/^cm_admin_[\w-]{32}$/);
  expect(again?.key).toMatch(/^[0-9a-f]{64}$/);
  if (found !== null) expect(again).toEqual(found);
  for (const [name, content] of [
    ["key-encryption-keys", `${again?.keyId} `],
    ["admin-token", again?.token],
  ] as const) {
    expect(await readFile(join(directory, name), "utf8")).toContain(content);
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  }
  return { diedAt: first.lastCall, calls: first.calls };
}

test("wherever the first start is cut off, the next one has whole files, and lasting ones", async () => {
  const { calls } = await twoLives(null);
  expect(calls, "calls to the file system").toBeGreaterThan(20);
  expect(await dieEverywhere({ calls, atOnce: 1, effects: "both" }, twoLives)).toBe(calls * 2);
});
