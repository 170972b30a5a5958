/** The console at /console/: the files of its build, and its page for every address that is none of these. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fastifyStatic } from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";

/** Nothing from elsewhere, nothing inline, in no other site's frame. */
const policy = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "font-src": "'self'",
  "connect-src": "'self'",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
  "form-action": "'self'",
};

const policyText = (more: Partial<typeof policy> = {}): string =>
  Object.entries({ ...policy, ...more })
    .map(([part, sources]) => `${part} ${sources}`)
    .join("; ");

const headers = {
  "content-security-policy": policyText(),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** The files' names hold a hash of what is in them. */
const forEver = "public, max-age=31536000, immutable";

/**
 * @param directory of the build, with an index.html and assets/; null, or without them: a page says how to build it.
 */
export async function addConsolePages(app: FastifyInstance, directory: string | null): Promise<void> {
  app.get("/", (request, reply) => {
    // A program that asks for the root gets the problem that it got before.
    if (!(request.headers.accept ?? "").includes("text/html")) return reply.callNotFound();
    return reply.redirect("/console/");
  });
  await app.register(async (pages) => {
    pages.addHook("onSend", async (_, reply, payload) => {
      for (const [name, value] of Object.entries(headers)) {
        if (!reply.hasHeader(name)) void reply.header(name, value);
      }
      return payload;
    });
    pages.get("/console", (_, reply) => reply.redirect("/console/"));
    if (directory === null || !existsSync(join(directory, "index.html"))) addNotBuilt(pages);
    else await addBuild(pages, directory);
  });
}

async function addBuild(pages: FastifyInstance, directory: string): Promise<void> {
  const index = (reply: FastifyReply): FastifyReply =>
    reply.header("cache-control", "no-cache").sendFile("index.html");
  await pages.register(fastifyStatic, {
    root: directory,
    prefix: "/console/",
    // Each file has its route from the start: no path leads elsewhere.
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(directory, "assets"));
      void reply.header("cache-control", isHashed ? forEver : "no-cache");
    },
  });
  pages.get("/console/", (_, reply) => index(reply));
  // The pages that the console itself knows; a file that is missing is missing.
  pages.get<{ Params: { "*": string } }>("/console/*", (request, reply) => {
    const path = request.params["*"];
    return path.startsWith("assets/") ? reply.callNotFound() : index(reply);
  });
}

const notBuiltStyle =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}";

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Certmill: the console is not built</title>
<style>${notBuiltStyle}</style>
<h1>The console is not built</h1>
<p>This server runs from its source, and the console's files are not there. Build them, then start the server again:</p>
<pre><code>npm run build --workspace packages/console</code></pre>
<p>Everything else works: see <a href="/docs/">the API</a>, and <code>certmill --help</code>.</p>
</html>
`;

function addNotBuilt(pages: FastifyInstance): void {
  const hash = createHash("sha256").update(notBuiltStyle).digest("base64");
  const page = (reply: FastifyReply): FastifyReply =>
    reply
      .status(503)
      .header("content-security-policy", policyText({ "style-src": `'sha256-${hash}'` }))
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .send(notBuilt);
  pages.get("/console/", (_, reply) => page(reply));
  pages.get("/console/*", (_, reply) => page(reply));
}
