import { openapiDocument } from "@certmill/api";
import type { AddressRange } from "@certmill/domain";
import Fastify, { type FastifyInstance, LogController } from "fastify";
import { trusts } from "./caller/client-address.ts";
import { allowOrigins } from "./caller/cors.ts";
import { KeyedEdges } from "./caller/keyed-edges.ts";
import { freeConnections } from "./free-connections.ts";
import { type HandlerOptions, handlersOf } from "./handlers.ts";
import { addConsolePages } from "./pages/console-pages.ts";
import { addDocsPages } from "./pages/docs-pages.ts";
import { addEmbedPages } from "./pages/embed-pages.ts";
import type { AskedTrace } from "./ports.ts";
import { answerError, answerProblems } from "./problem-handler.ts";
import { addRoutes } from "./routes.ts";
import { serializeBy } from "./serialize.ts";
import { addOidcRoutes } from "./sign-in/oidc-routes.ts";

export interface HttpOptions extends HandlerOptions {
  /** Absent: nothing is traced. */
  readonly askedTrace?: AskedTrace;
  /** Of the console's build; null: it is not built. */
  readonly consoleDirectory: string | null;
  /** Of what stands in the pages of hosting panels. */
  readonly embedDirectory: string;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** Origins of pages whose scripts may ask how a domain stands; absent: none. */
  readonly corsOrigins?: readonly string[];
}

const mostBodyBytes = 4 * 1024 * 1024;

/**
 * The API server, ready to listen or to be asked by `inject`. Closing it ends the long polls at once and
 * lets the other requests finish.
 */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { database, now, log, version, publicUrl, signIn, trustedProxies } = options;
  const app = Fastify({
    trustProxy: trustedProxies.length === 0 ? false : trusts(trustedProxies),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: mostBodyBytes,
    // A slow sender is cut off; a long poll is not, as its request is whole.
    requestTimeout: 30_000,
    frameworkErrors: answerError,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 1_000 },
  });
  const closing = new AbortController();
  app.addHook("preClose", async () => closing.abort());
  freeConnections(app, closing.signal);
  app.setSerializerCompiler(serializeBy);
  app.removeContentTypeParser("text/plain");
  answerProblems(app);
  allowOrigins(app, options.corsOrigins ?? []);
  await addDocsPages(app, openapiDocument(version));
  await addConsolePages(app, options.consoleDirectory);
  await addEmbedPages(app, options.embedDirectory);
  const { db } = database;
  addOidcRoutes(app, { db, now, log, signIn, publicUrl });
  addRoutes(app, handlersOf(options), {
    db,
    keyedEdges: new KeyedEdges(db, now),
    now,
    closing: closing.signal,
    askedTrace: options.askedTrace ?? (() => null),
    publicUrl,
    sessionIdle: signIn.terms.idle,
  });
  await app.ready();
  return app;
}
