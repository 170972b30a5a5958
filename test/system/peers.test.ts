import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startDns } from "../../tools/peers/dns.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { startNginx } from "../../tools/peers/nginx.ts";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";

const run = promisify(execFile);

async function psql(url: string, sql: string): Promise<string> {
  const { stdout } = await run(programOf(peers.postgres, "psql"), [url, "-X", "-A", "-t", "-c", sql], {
    timeout: 30_000,
  });
  return stdout.trim();
}

describe("PostgreSQL", () => {
  test("makes databases from a template, survives a crash, and counts its CPU", async () => {
    await using postgres = await startPostgres();
    const template = await postgres.createDatabase("base");
    await psql(template, "create table kept as select 7 as n");
    const copy = await postgres.createDatabase(undefined, "base");
    expect(await psql(copy, "select n from kept")).toBe("7");

    const before = postgres.pid;
    await postgres.restart("crash");
    expect(postgres.pid).not.toBe(before);
    expect(await psql(copy, "select n from kept")).toBe("7");

    const idle = postgres.cpuSeconds();
    await psql(copy, "select count(*) from generate_series(1, 3000000)");
    expect(postgres.cpuSeconds()).toBeGreaterThan(idle);
  });

  test("leaves nothing behind", async () => {
    const postgres = await startPostgres();
    const directory = await psql(postgres.url, "show data_directory");
    await postgres[Symbol.asyncDispose]();
    expect(existsSync(directory)).toBe(false);
    expect(() => process.kill(postgres.pid, 0)).toThrow(/ESRCH/);
  });
});

test("nginx serves a changed configuration after a reload, and keeps the old one when the new is bad", async () => {
  const port = await freePort();
  const site = (text: string) => `server { listen 127.0.0.1:${port}; return 200 "${text}"; }`;
  const served = async () =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text();

  await using nginx = await startNginx({ http: site("first") });
  expect(await served()).toBe("first");
  await nginx.write(site("second"));
  await nginx.reload();
  expect(await served()).toBe("second");
  await nginx.write("no_such_directive;");
  await expect(nginx.reload()).rejects.toThrow(/no_such_directive/);
  expect(await served()).toBe("second");
});

test("the DNS server answers A and TXT by its functions and everything else with nothing", async () => {
  // Longer than a character-string and than a datagram: this one comes by TCP.
  const long = "x".repeat(3_000);
  await using dns = await startDns({
    addressesOf: (name) => (name === "two.example.com" ? ["127.0.0.1", "127.0.0.2"] : []),
    textsOf: (name) => (name === "_text.example.com" ? ["first", "", long] : []),
  });
  const resolver = new Resolver();
  resolver.setServers([dns.address]);
  expect((await resolver.resolve4("TWO.example.com")).toSorted()).toEqual(["127.0.0.1", "127.0.0.2"]);
  const texts = await resolver.resolveTxt("_text.example.com");
  expect(texts.map((pieces) => pieces.join("")).toSorted()).toEqual(["", "first", long]);
  await expect(resolver.resolve4("other.example.com")).rejects.toMatchObject({ code: "ENODATA" });
  await expect(resolver.resolve6("two.example.com")).rejects.toMatchObject({ code: "ENODATA" });
  await expect(resolver.resolveTxt("two.example.com")).rejects.toMatchObject({ code: "ENODATA" });
});
