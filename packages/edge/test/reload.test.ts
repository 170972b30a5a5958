import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { runAgent, temporaryDirectory, treeOf } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const made = new Map(
  ["a", "b", "c"].map((label) => [`${label}.example.com`, ca.issue([`${label}.example.com`])]),
);

function putAll(server: EdgeServer): void {
  for (const [name, certificate] of made) server.put(`l-${name[0]}`, `c-${name[0]}`, [name], certificate);
}

/** A reload command that leaves a line of what it finds installed. */
function reloadInto(
  directory: string,
  command = "",
): { command: string; lines: () => Promise<readonly string[]> } {
  const file = `${directory}.reloads`;
  return {
    command: `ls ${directory} | tr '\\n' ' ' >> ${file}; echo >> ${file}; ${command}`,
    async lines() {
      const text = await readFile(file, "utf8").catch(() => "");
      return text.split("\n").slice(0, -1);
    },
  };
}

test("one reload for all changes of a quiet period; receipts come after it", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  putAll(server);
  const reload = reloadInto(directory.path);
  const timing = { quiet: 300, mostDelay: 60_000, timeout: 60_000 };
  await using running = await runAgent(server, directory.path, {
    proxy: { kind: "reload", reload: { command: reload.command, ...timing } },
  });
  await eventually(
    "all are installed",
    () => running.events.filter(({ kind }) => kind === "installed").length === 3,
  );
  await eventually("all are served", () => server.served().length === 3);
  expect(await reload.lines()).toEqual(["a.example.com b.example.com c.example.com "]);
  const kinds = running.events.map(({ kind }) => kind);
  expect(kinds.lastIndexOf("installed")).toBeLessThan(kinds.indexOf("reloaded"));
});

test("a reload that fails is reported with its words, tried again, and then the receipt comes", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  const broken = `${directory.path}.broken`;
  await writeFile(`${directory.path}.token`, "");
  await writeFile(broken, "");
  putAll(server);
  const command = `test ! -e ${broken} || { echo bad configuration >&2; exit 1; }`;
  const timing = { quiet: 0, mostDelay: 0, timeout: 60_000 };
  await using _agent = await runAgent(server, directory.path, {
    proxy: { kind: "reload", reload: { command, ...timing } },
  });
  await eventually(
    "it is reported",
    () => new Set(server.receipts.map(({ certificateId }) => certificateId)).size === 3,
  );
  expect(new Set(server.receipts.map(({ error }) => error))).toEqual(
    new Set(["reload failed: exit code 1: bad configuration"]),
  );
  await rm(broken);
  await eventually("all are served", () => server.served().length === 3);
});

test("a removed certificate's files go after the reload that no longer has it", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  putAll(server);
  const found = `find ${directory.path}/.versions/l-a -name '*.pem' | wc -l >> ${directory.path}.found`;
  const reload = reloadInto(directory.path, found);
  const timing = { quiet: 0, mostDelay: 0, timeout: 60_000 };
  await using _agent = await runAgent(server, directory.path, {
    proxy: { kind: "reload", reload: { command: reload.command, ...timing } },
  });
  await eventually("all are served", () => server.served().length === 3);
  server.remove("l-a");
  await eventually(
    "its files are gone",
    async () => !(await treeOf(directory.path)).includes(".versions/l-a"),
  );
  expect((await reload.lines()).at(-1)).toBe("b.example.com c.example.com ");
  const counts = (await readFile(`${directory.path}.found`, "utf8")).trim().split("\n");
  expect(counts.at(-1)).toBe("2");
});

test("an agent that was stopped between install and reload reloads when it is back", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  putAll(server);
  const reload = reloadInto(directory.path);
  {
    const timing = { quiet: 60_000, mostDelay: 60_000, timeout: 60_000 };
    await using running = await runAgent(server, directory.path, {
      proxy: { kind: "reload", reload: { command: reload.command, ...timing } },
    });
    await eventually(
      "all are installed",
      () => running.events.filter(({ kind }) => kind === "installed").length === 3,
    );
  }
  expect(server.receipts).toEqual([]);
  expect(await reload.lines()).toEqual([]);
  const timing = { quiet: 0, mostDelay: 0, timeout: 60_000 };
  await using _agent = await runAgent(server, directory.path, {
    proxy: { kind: "reload", reload: { command: reload.command, ...timing } },
  });
  await eventually("all are served", () => server.served().length === 3);
  expect(await reload.lines()).toHaveLength(1);
  expect(server.retrieved).toHaveLength(3);
});
