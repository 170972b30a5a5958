/** What `certmill serve` says, and how it ends, when it cannot start. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeServer, listen } from "../../packages/server/src/serve-listener.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { type Ended, runCertmill } from "./support/certmill.ts";

let directory: Awaited<ReturnType<typeof mkdtempDisposable>>;

beforeAll(async () => {
  directory = await mkdtempDisposable(join(tmpdir(), "certmill-serve-"));
});

afterAll(() => directory.remove());

/** With settings that work, but for those given. */
async function serve(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  const env = {
    DATABASE_URL: "",
    CERTMILL_DATA_DIR: join(directory.path, "data"),
    CERTMILL_API_LISTEN: `127.0.0.1:${await freePort()}`,
    CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${await freePort()}`,
    ...settings,
  };
  return runCertmill(["serve", ...args], { env, within: 60_000 });
}

test("wrong settings: all of them at once, in the file and the environment", async () => {
  const file = join(directory.path, "certmill.toml");
  await writeFile(file, 'api_listen = "nowhere"\nlease_second = 60\n');
  const ended = await serve(
    { CERTMILL_API_LISTEN: "", CERTMILL_WORKER_CONCURRENCY: "many", CERTMILL_LOG_LVEL: "info" },
    "--config",
    file,
  );
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/has 4 faults/);
  for (const name of ["api_listen", "lease_second", "CERTMILL_WORKER_CONCURRENCY", "CERTMILL_LOG_LVEL"]) {
    expect(ended.stderr).toContain(name);
  }
});

test("PostgreSQL without a key file: how to make one", async () => {
  const ended = await serve({ DATABASE_URL: "postgresql://certmill@127.0.0.1:1/certmill" });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("certmill key create");
});

test("a database that cannot be reached: which one, without its password", async () => {
  const keyFile = join(directory.path, "keys");
  await runCertmill(["key", "create", keyFile]);
  const place = `127.0.0.1:${await freePort()}/certmill`;
  const ended = await serve({
    DATABASE_URL: `postgresql://certmill:open-sesame@${place}`,
    CERTMILL_KEY_FILE: keyFile,
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`The database at ${place} cannot be used`);
  expect(ended.stderr + ended.stdout).not.toContain("open-sesame");
  expect(ended.stderr, "no stack").not.toMatch(/^ +at /m);
});

test("a port in use: which one", async () => {
  const port = await freePort();
  const other = createServer();
  await listen(other, { host: "127.0.0.1", port });
  try {
    const ended = await serve({ CERTMILL_API_LISTEN: `127.0.0.1:${port}` });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`Cannot listen on 127.0.0.1:${port}: another process listens there.`);
  } finally {
    await closeServer(other, 0);
  }
});

test("a key file that is none: the line, never its content", async () => {
  const keyFile = join(directory.path, "no-keys");
  await writeFile(keyFile, "my-secret-that-is-no-key\n");
  const ended = await serve({ CERTMILL_KEY_FILE: keyFile });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/Line 1 of the key-encryption keys/);
  expect(ended.stderr).not.toContain("my-secret");
});
