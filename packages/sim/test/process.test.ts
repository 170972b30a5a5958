import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

test("as a process: one line of JSON when ready, an end without error at SIGTERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sim-"));
  const rootFile = join(folder, "root.pem");
  const child = spawn(process.execPath, [MAIN, "--port", "0", "--root-file", rootFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const ready = JSON.parse(line) as { directoryUrl: string; rootFile: string };
    expect(ready).toEqual({
      directoryUrl: expect.any(String),
      rootFile,
      httpsRootFile: null,
      limits: "none",
      externalAccount: null,
    });
    expect(await (await fetch(ready.directoryUrl)).json()).toHaveProperty("newOrder");
    expect(await readFile(rootFile, "utf8")).toContain("BEGIN CERTIFICATE");
  } finally {
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    await rm(folder, { recursive: true });
  }
});

test("several CAs in one process: a line for each, and all roots in one file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sim-"));
  const rootFile = join(folder, "roots.pem");
  const args = ["--port", "0", "--root-file", rootFile, "--limits", "letsencrypt", "--limits", "zerossl"];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  try {
    const ready: { directoryUrl: string; limits: string; externalAccount: string | null }[] = [];
    for await (const line of createInterface(child.stdout)) {
      ready.push(JSON.parse(line) as (typeof ready)[number]);
      if (ready.length === 2) break;
    }
    expect(ready.map(({ limits }) => limits)).toEqual(["letsencrypt", "zerossl"]);
    expect(ready.map(({ externalAccount }) => externalAccount !== null)).toEqual([false, true]);
    for (const { directoryUrl } of ready) expect((await fetch(directoryUrl)).status).toBe(200);
    expect((await readFile(rootFile, "utf8")).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  } finally {
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    await rm(folder, { recursive: true });
  }
});

test("a wrong option is a sentence and exit code 2", async () => {
  const child = spawn(process.execPath, [MAIN, "--perspectives", "0"], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  const exited = once(child, "exit");
  let said = "";
  for await (const chunk of child.stderr) said += String(chunk);
  expect(await exited).toEqual([2, null]);
  expect(said).toBe("certmill sim ca: perspectives must be from 1 to 200, but is 0\nSee --help.\n");
});

test("what a file of rules lists has happened, and what is sent while it runs happens; nonsense is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sim-"));
  const rules = join(folder, "rules.json");
  await writeFile(
    rules,
    JSON.stringify([{ limits: ["new-orders-per-account=5/3h"] }, { at: "20d", revoke: 1 }]),
  );
  const args = ["--port", "0", "--limits", "letsencrypt", "--rules", rules, "--management-port", "0"];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { directoryUrl, managementUrl } = JSON.parse(line) as Record<string, string>;
    const manage = async (change: object) => {
      const response = await fetch(managementUrl ?? "", { method: "POST", body: JSON.stringify(change) });
      return { status: response.status, body: await response.json() };
    };
    const statusOfDirectory = async () => (await fetch(directoryUrl ?? "")).status;
    expect(await (await fetch(managementUrl ?? "")).json()).toMatchObject({
      cas: [{ directoryUrl, limits: { newOrdersPerAccount: { burst: 5 } }, counts: { issued: 0 } }],
    });
    expect((await manage({ outage: "unavailable" })).status).toBe(200);
    expect(await statusOfDirectory()).toBe(503);
    expect((await manage({ outage: "server-error", until: "1ms" })).status).toBe(200);
    await expect.poll(statusOfDirectory).toBe(200);
    expect(await manage({ override: "hoster.example", limit: "300/7d" })).toMatchObject({
      status: 200,
      body: { cas: [{ limits: { overrides: [{ registeredDomain: "hoster.example" }] } }] },
    });
    expect(await manage({ outage: "fire" })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('change 1: "outage" must be one of') },
    });
  } finally {
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    await rm(folder, { recursive: true });
  }
});
