import { createServer, type Server } from "node:http";

/** Serves `GET /metrics` and `GET /livez` alone: for processes without an API, and where the API is not to be scraped. */
export function createMetricsListener(text: () => Promise<string>): Server {
  return createServer((request, response) => {
    const path = request.url?.split("?", 1)[0];
    if (request.method !== "GET" || (path !== "/metrics" && path !== "/livez")) {
      response
        .writeHead(404, { "content-type": "text/plain; charset=utf-8" })
        .end("Only GET /metrics and /livez.\n");
      return;
    }
    if (path === "/livez") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"alive":true}');
      return;
    }
    text().then(
      (body) =>
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(body),
      () => response.writeHead(500).end(),
    );
  });
}
