/** What HAProxy serves when its issuers are left to it (`issuers-chain-path`): the chain is read from TLS handshakes. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Delivery } from "../../packages/edge/src/driver/driver.ts";
import { issuersPath } from "../../packages/edge/src/driver/haproxy/open-haproxy-driver.ts";
import { startHaproxyEdge } from "./support/haproxy-edge.ts";

const never = new AbortController().signal;
const done = { kind: "done" };

test("issuers that HAProxy has are not given to it again, and all are served their own chain, also after a reload", async () => {
  await using edge = await startHaproxyEdge({ issuers: "known" });
  const driver = edge.openDriver();
  const names = ["chain.example.com"];
  const putNew = async (): Promise<Delivery> => {
    const delivery = await edge.issue("chain", names);
    expect(await driver.put(delivery, never)).toEqual(done);
    return delivery;
  };
  const trusted = (delivery: Delivery) => ({ serial: delivery.ref.serial, isTrusted: true });
  const file = expect.stringMatching(/^[0-9a-f]{64}\.pem$/);
  for (const when of ["added", "renewed"]) {
    const delivery = await putNew();
    expect(await edge.foundIn("chain"), when).toEqual(file);
    expect(await edge.look("chain.example.com"), when).toEqual(trusted(delivery));
  }
  await edge.haproxy.reload();
  // It is loaded from its own file, which has them.
  expect(await edge.foundIn("chain")).toBeNull();
  expect(await edge.look("chain.example.com")).toMatchObject({ isTrusted: true });
  const other = edge.ca.toOtherRoot(await edge.issue("chain", names));
  expect(await driver.put(other, never)).toEqual(done);
  expect(await edge.foundIn("chain")).toBeNull();
  expect(await edge.look("chain.example.com", edge.ca.otherRootPem)).toEqual(trusted(other));
  expect(await edge.look("chain.example.com")).toEqual({ ...trusted(other), isTrusted: false });
  await putNew();
  expect(await edge.foundIn("chain")).toEqual(file);
  expect(edge.events).toEqual([]);
});

test("issuers that come while HAProxy runs are given to it until it has read them, and again when it has lost them", async () => {
  await using coming = await startHaproxyEdge({ issuers: "coming" });
  const agent = coming.openDriver();
  const putAndLook = async () => {
    const delivery = await coming.issue("1", ["coming.example.com"]);
    expect(await agent.put(delivery, never)).toEqual(done);
    expect(await coming.look("coming.example.com")).toEqual({ serial: delivery.ref.serial, isTrusted: true });
    return await coming.foundIn("1");
  };
  await agent.health(never);
  expect(await putAndLook()).toBeNull();
  await coming.haproxy.reload();
  await agent.health(never);
  expect(await putAndLook()).not.toBeNull();
  const directory = issuersPath(coming.directory);
  for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
  // A process that the driver has not looked at yet.
  await coming.haproxy.reload();
  expect(await putAndLook()).toBeNull();
  expect(coming.events).toEqual([]);
});

test("without the line in its configuration HAProxy is given issuers with each certificate, and that is told once", async () => {
  await using unread = await startHaproxyEdge({ issuers: "unread" });
  const agent = unread.openDriver();
  for (const lineageId of ["1", "2"]) {
    if (lineageId === "2") await unread.haproxy.reload();
    await agent.health(never);
    const delivery = await unread.issue(lineageId, [`u${lineageId}.example.com`]);
    expect(await agent.put(delivery, never)).toEqual(done);
    expect(await unread.look(`u${lineageId}.example.com`)).toMatchObject({ isTrusted: true });
  }
  expect(unread.events).toEqual([
    { kind: "warning", warning: expect.stringMatching(/needs "issuers-chain-path \/\S+" under "global"/) },
  ]);
});
