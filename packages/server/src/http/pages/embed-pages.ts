/** `<certmill-domain-status>` at /embed/ for the pages of hosting panels, and a page that shows it. */
import { fastifyStatic } from "@fastify/static";
import type { FastifyInstance } from "fastify";

const anHour = "public, max-age=3600";

/** Any page may load the element; the demo itself may load nothing but its own files and ask nobody but this server. */
const headers = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": anHour,
};

/** @param directory with the element's file and the demo's. */
export async function addEmbedPages(app: FastifyInstance, directory: string): Promise<void> {
  await app.register(async (pages) => {
    pages.get("/embed", (_, reply) => reply.redirect("/embed/"));
    await pages.register(fastifyStatic, {
      root: directory,
      prefix: "/embed/",
      // Each file has its route from the start: no path leads elsewhere.
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply) => void reply.headers(headers),
    });
  });
}
