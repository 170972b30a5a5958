/** Which pages of other origins may ask for what customers' browsers ask for. */
import { operations } from "@certmill/api";
import type { FastifyInstance } from "fastify";

const path = operations.showDomainStatus.path.replaceAll(/\{(\w+)\}/g, ":$1");

/** So long a browser remembers that it may ask, in seconds. */
const remembered = "600";

/** @param origins such as `https://panel.example`; `*`: every page, as a token is what counts. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook("onRequest", async ({ headers: { origin }, routeOptions }, reply) => {
    if (routeOptions.url !== path || origin === undefined) return;
    void reply.header("vary", "Origin");
    if (!origins.includes("*") && !origins.includes(origin)) return;
    void reply.headers({
      "access-control-allow-origin": origins.includes("*") ? "*" : origin,
      "access-control-expose-headers": "Retry-After",
    });
  });
  app.options(path, async (_, reply) =>
    reply
      .headers({
        "access-control-allow-methods": "GET",
        "access-control-allow-headers": "Authorization",
        "access-control-max-age": remembered,
      })
      .status(204)
      .send(),
  );
}
