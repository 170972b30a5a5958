/**
 * What a README's examples are surrounded by: the reader's own program. `CHALLENGE_PORT` stands for port 80 of
 * every name. The server ends with the process.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { http01, type Publishers } from "@certmill/acme";

/** What port 80 of the names serves: paths, and the bodies there. */
export const site = new Map<string, string>();

/** Where the reader keeps what must not be lost. */
export const store = new Map<string, string>();

/** How the reader proves control: by `site`. */
export const publishers: Publishers = {
  "http-01": ({ token, thumbprint }) => {
    const path = http01.path(token);
    site.set(path, http01.body(token, thumbprint));
    return () => void site.delete(path);
  },
};

const server = createServer((request, response) => {
  const body = site.get(request.url ?? "");
  response.writeHead(body === undefined ? 404 : 200).end(body);
});
server.listen(Number(process.env["CHALLENGE_PORT"]), "127.0.0.1");
await once(server, "listening");
server.unref();
