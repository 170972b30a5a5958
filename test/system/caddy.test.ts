/** One Caddy that asks the agent beside it in each handshake, for as long as agents come and go. */

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCaddyDriver } from "../../packages/edge/src/driver/caddy/open-caddy-driver.ts";
import { plainSerial, shakeHands, type Verifies } from "../../packages/edge/src/proof/handshake.ts";
import { driveAgent } from "../../packages/edge/test/support/driven-agent.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { TestCa } from "../../packages/edge/test/support/test-ca.ts";
import { acceptsAt } from "../../tools/peers/accepts-at.ts";
import { type Caddy, startCaddy } from "../../tools/peers/caddy.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const names = ["shop.example.com", "*.sites.example.com"];

let opened: AsyncDisposableStack;
let caddy: Caddy;
let server: EdgeServer;
let ca: TestCa;
let directory: string;
let tlsPort: number;
let agentPort: number;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  ca = starting.use(new TestCa());
  server = starting.use(await EdgeServer.open());
  const parent = starting.use(await mkdtempDisposable(join(tmpdir(), "certmill-caddy-edge-"))).path;
  directory = join(parent, "certificates");
  [tlsPort, agentPort] = [await freePort(), await freePort()];
  caddy = starting.use(await startCaddy(caddyfile(), { probe: () => acceptsAt(tlsPort) }));
  opened = starting.move();
});

afterAll(() => opened.disposeAsync());

test("Caddy serves what the agent has, a renewed one from the next handshake on, and nothing while no agent is there", async () => {
  tellOnFailure({ caddy });
  const [first, second, third] = [ca.issue(names), ca.issue(names), ca.issue(names)];
  server.put("1", "11", names, first);
  {
    await using _agent = await startAgent();
    await eventually("the first is proved to be served", () => server.served().includes("11"));
    expect(await servedSerial("any.sites.example.com")).toBe(plainSerial(first.serial));
    expect(await servedSerial("elsewhere.example.com")).toBeNull();

    server.put("1", "12", names, second);
    await eventually("the renewed one is, without a reload", () => server.served().includes("12"));
    expect(await servedSerial("shop.example.com")).toBe(plainSerial(second.serial));

    const rsa = ca.issueRsa(names);
    server.put("2", "21", names, { ...rsa, twinOf: "1" });
    await eventually("the RSA one of the pair is, to those that verify RSA only", () =>
      server.served().includes("21"),
    );
    expect(await servedSerial("shop.example.com", "rsa")).toBe(plainSerial(rsa.serial));
    expect(await servedSerial("shop.example.com")).toBe(plainSerial(second.serial));
    server.remove("2");
    await eventually(
      "it is taken away",
      async () => (await servedSerial("shop.example.com", "rsa")) === null,
    );
  }
  expect(await servedSerial("shop.example.com"), "Caddy keeps nothing").toBeNull();

  server.put("1", "13", names, third);
  await using _agent = await startAgent();
  expect(await servedSerial("shop.example.com"), "an agent serves what lies on disk at once").not.toBeNull();
  await eventually("what came meanwhile is served", () => server.served().includes("13"));
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);

  server.remove("1");
  await eventually("a removed one is served no more", async () => {
    return (await servedSerial("shop.example.com")) === null;
  });
});

test("Caddy's own issuance asks the agent: a name that the server takes up gets a certificate, one that it does not know, or that a wildcard is for, gets none", async () => {
  const port = await freePort();
  await using issuing = await startCaddy(onDemandCaddyfile(port), { probe: () => acceptsAt(port) });
  tellOnFailure({ issuing });
  for (const name of ["new.example.com", "*.made-up.example.com"]) server.begins.add(name);
  await using _agent = await startAgent();
  const before = server.asked("demandCertificate");
  const handshakes = await Promise.all(Array.from({ length: 20 }, () => serialAt(port, "new.example.com")));
  expect(handshakes).not.toContain(null);
  expect(server.asked("demandCertificate") - before, "whoever else asks meanwhile").toBe(1);
  expect(await serialAt(port, "elsewhere.example.com")).toBeNull();
  expect(await serialAt(port, "elsewhere.example.com")).toBeNull();
  expect(server.asked("demandCertificate") - before, "a no is remembered").toBe(2);
  expect(await serialAt(port, "any.made-up.example.com"), "a wildcard is no yes to all below it").toBeNull();
});

const caddyfile = () => `{
  admin off
  auto_https disable_redirects
  on_demand_tls {
    ask http://127.0.0.1:${agentPort}/ask
  }
}
https://:${tlsPort} {
  bind 127.0.0.1
  tls {
    get_certificate http http://127.0.0.1:${agentPort}/cert
  }
  respond "served"
}
`;

/** In a Caddy of its own: there is one set of issuers for all sites without a host name. */
const onDemandCaddyfile = (port: number) => `{
  admin off
  auto_https disable_redirects
  skip_install_trust
  on_demand_tls {
    ask http://127.0.0.1:${agentPort}/ask
  }
}
https://:${port} {
  bind 127.0.0.1
  tls internal {
    on_demand
  }
  respond "served"
}
`;

const startAgent = () =>
  driveAgent({
    server,
    directory,
    proveAt: { host: "127.0.0.1", port: tlsPort },
    openDriver: (certificateFor, mayOrder) =>
      openCaddyDriver({
        certificateFor,
        host: "127.0.0.1",
        port: agentPort,
        secret: null,
        mayOrder,
        log: () => undefined,
      }),
  });

/** Null: the handshake fails. */
const servedSerial = (name: string, verifies: Verifies = "all"): Promise<string | null> =>
  serialAt(tlsPort, name, verifies);

async function serialAt(port: number, name: string, verifies: Verifies = "all"): Promise<string | null> {
  const at = { host: "127.0.0.1", port, verifies };
  const handshake = await shakeHands(at, name, AbortSignal.timeout(10_000));
  return handshake.kind === "served" ? handshake.serial : null;
}
