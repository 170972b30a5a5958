import {
  type AcmeClient,
  AuthorizationHandle,
  accountKeyFromPem,
  certificateRequest,
  generateCertificateKey,
  OrderHandle,
} from "@certmill/acme";
import { expect, it } from "vitest";
import type { Shared } from "../protocol-suite.ts";
import { openAccount, polling } from "../session.ts";

export function resumingCases(shared: Shared): void {
  it("goes on in another process after every step, from plain JSON alone", async () => {
    await using session = await openAccount(shared());
    const { internet } = shared();
    const names = ["resume1.example.com", "resume2.example.com"];
    let kept = JSON.stringify({ accountUrl: session.client.accountUrl, keyPem: session.key.toPem() });
    const revive = (): { readonly client: AcmeClient; readonly state: Record<string, string> } => {
      const state = JSON.parse(kept) as Record<string, string>;
      const key = accountKeyFromPem(state["keyPem"] ?? "");
      return { client: session.another(key, state["accountUrl"]), state };
    };
    const keep = (more: object) => {
      kept = JSON.stringify({ ...JSON.parse(kept), ...more });
    };

    const placed = await revive().client.newOrder({
      identifiers: names.map((value) => ({ type: "dns", value })),
    });
    keep({ order: JSON.stringify(new OrderHandle(revive().client, placed.url)) });

    const orderOf = () => {
      const { client, state } = revive();
      return new OrderHandle(client, JSON.parse(state["order"] ?? "").url);
    };
    for (const { url } of await orderOf().authorizations()) {
      const { client } = revive();
      const authorization = new AuthorizationHandle(client, url);
      const { resource } = await authorization.read();
      const challenge = resource.challenges.find(({ type }) => type === "http-01");
      const token = challenge?.token ?? "";
      if (challenge === undefined) throw new Error("there is no http-01 challenge");
      const { identifier } = resource;
      const { thumbprint } = client.key;
      await internet.publishers["http-01"]?.({
        identifier,
        challenge,
        token,
        thumbprint,
        keyAuthorization: `${token}.${thumbprint}`,
        accountUrl: client.accountUrl,
      });
      expect(await authorization.respond("http-01")).toBe(true);
      const again = new AuthorizationHandle(revive().client, url);
      expect((await again.untilValid(polling)).status).toBe("valid");
      expect(await again.respond("http-01")).toBe(false);
    }
    expect((await orderOf().untilReady(polling)).status).toBe("ready");
    const csr = certificateRequest({ names, key: await generateCertificateKey("P-256") });
    keep({ csr: Buffer.from(csr).toString("base64") });
    const storedCsr = () => Buffer.from(revive().state["csr"] ?? "", "base64");
    await orderOf().finalize(storedCsr(), polling);
    await orderOf().finalize(storedCsr(), polling);
    const chain = await orderOf().certificate();
    expect(chain.leaf.names.toSorted()).toEqual(names);
  });
}
