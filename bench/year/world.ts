/** The customers' DNS and the platform's responder on loopback, as the checks of a run see them. */
import { once } from "node:events";
import type { Instant } from "@certmill/domain";
import type { NameModel } from "@certmill/sim";
import type { CheckTokens } from "../../packages/server/src/challenge/check-token.ts";
import { createResponder } from "../../packages/server/src/challenge/responder.ts";
import { closeServer } from "../../packages/server/src/serve-listener.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { customerOf, type NameServers, startNameServers } from "../rig/name-servers.ts";
import { elsewhere } from "../virtual/name-facts.ts";
import { type LookedAt, loopback } from "../virtual/run-config.ts";
import { type Story, wrongAt } from "./story.ts";

export interface YearWorld extends AsyncDisposable {
  readonly upkeep: LookedAt;
  /** The same truth for the CA. */
  readonly model: NameModel;
  readonly nameServers: NameServers;
  /** Of the installation whose checks are to be answered; until then none is. */
  setTokens(tokens: CheckTokens): void;
}

export async function openWorld(stories: readonly Story[], now: () => Instant): Promise<YearWorld> {
  await using opened = new AsyncDisposableStack();
  const byCustomer = new Map(stories.map((story) => [customerOf(story.names[0]), story]));
  const upkeep: LookedAt = {
    kind: "looked-at",
    dnsPort: await freePort(),
    httpPort: await freePort(),
  };
  const nameServers = opened.use(
    await startNameServers(upkeep.dnsPort, (name, type) => {
      const story = byCustomer.get(customerOf(name));
      const wrong = story === undefined ? "dns" : wrongAt(story, now());
      if (wrong === "dns") return null;
      const data = wrong === null ? loopback : elsewhere;
      return type === "A" ? [{ type, name, ttl: 60, data }] : [];
    }),
  );
  let tokens: CheckTokens | null = null;
  const responder = createResponder({
    find: async (token) => tokens?.answerTo(token) ?? null,
    onHit: () => {},
  });
  responder.listen(upkeep.httpPort, loopback);
  await once(responder, "listening");
  opened.defer(() => closeServer(responder, 0));
  const lifetime = opened.move();
  return {
    upkeep,
    nameServers,
    model: (name, at) => {
      const story = byCustomer.get(customerOf(name));
      const how = story === undefined ? "dns" : wrongAt(story, at);
      return how === null ? { kind: "right" } : { kind: "wrong", how };
    },
    setTokens: (given) => {
      tokens = given;
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
