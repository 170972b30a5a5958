import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { undiciTransport } from "@certmill/acme";
import { describe, expect, test } from "vitest";
import { readStatusPage, statusIn } from "../../src/effects/status-page.ts";

const host = "acme-v02.api.letsencrypt.org";
const openTransport = (rootPem: string | null) => undiciTransport({ rootPem, timeout: 5_000 });

interface Component {
  readonly name: string;
  readonly code: number;
  readonly containers?: readonly number[];
}

/** As status.io has it. */
const page = (overall: number, components: readonly Component[] = []): unknown => ({
  result: {
    status_overall: { updated: "2026-11-26T00:00:00Z", status: "", status_code: overall },
    status: components.map(({ name, code, containers = [] }) => ({
      id: name,
      name,
      status_code: code,
      containers: containers.map((status_code) => ({ name: "a datacentre", status_code })),
    })),
    incidents: [],
    maintenance: { active: [], upcoming: [] },
  },
});

test.each([
  [100, "fine"],
  [200, "degraded"],
  [300, "degraded"],
  [400, "degraded"],
  [500, "down"],
  [600, "down"],
])("code %i is %s", (code, status) => {
  expect(statusIn(page(code), host)).toBe(status);
});

describe("of several components", () => {
  const production = (code: number, containers: readonly number[] = []) => ({
    name: `${host} (Production)`,
    code,
    containers,
  });
  const staging = { name: "acme-staging-v02.api.letsencrypt.org (Staging)", code: 500 };

  test("only those count that bear the directory's name, with their containers", () => {
    expect(statusIn(page(500, [production(100), staging]), host)).toBe("fine");
    expect(statusIn(page(100, [production(300), staging]), host)).toBe("degraded");
    expect(statusIn(page(100, [production(100, [100, 500])]), host)).toBe("down");
    expect(statusIn(page(100, [production(100), staging]), "acme-staging-v02.api.letsencrypt.org")).toBe(
      "down",
    );
  });

  test("without one that does, what is said of everything counts", () => {
    expect(statusIn(page(300, [{ name: "The website", code: 500 }]), host)).toBe("degraded");
  });
});

test("a page that cannot be understood says nothing", () => {
  for (const other of [
    null,
    7,
    "down",
    [],
    {},
    { result: null },
    { result: { status_overall: {} } },
    page("500" as never),
  ])
    expect(statusIn(other, host)).toBe("fine");
});

describe("reading", () => {
  async function serve(status: number, body: string) {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/1.0/status/1`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }
  const never = new AbortController().signal;

  test.each([
    [200, JSON.stringify(page(400)), "degraded"],
    [500, JSON.stringify(page(400)), "fine"],
    [200, "<html>", "fine"],
    [200, "", "fine"],
  ])("HTTP %i with %s", async (status, body, expected) => {
    await using server = await serve(status, body);
    expect(await readStatusPage(openTransport, { url: server.url, directoryHost: host }, never)).toBe(
      expected,
    );
  });

  test("a page that cannot be reached says nothing; only the end of the process ends the reading", async () => {
    const url = "http://127.0.0.1:1/";
    expect(await readStatusPage(openTransport, { url, directoryHost: host }, never)).toBe("fine");
    const reason = new Error("stopping");
    const read = readStatusPage(openTransport, { url, directoryHost: host }, AbortSignal.abort(reason));
    await expect(read).rejects.toBe(reason);
  });
});
