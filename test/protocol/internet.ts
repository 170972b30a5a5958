/** The names of a test: an address for all, a web server, a TLS server and TXT records that answer challenges. */
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { createSecureContext, createServer as createTlsServer } from "node:tls";
import { dns01, dnsAccount01, dnsPersist01, http01, type Publishers, tlsAlpn01 } from "@certmill/acme";

export interface Internet extends AsyncDisposable {
  /** "Port 80" of every name. */
  readonly httpPort: number;
  /** "Port 443" of every name. */
  readonly tlsPort: number;
  /** TXT records of a name. */
  textsOf(name: string): readonly string[];
  /** One publisher for each challenge type, to be chosen from. */
  readonly publishers: Publishers;
  /** What is published right now, over all types. */
  published(): number;
}

export async function startInternet(): Promise<Internet> {
  await using opened = new AsyncDisposableStack();
  const bodies = new Map<string, string>();
  const texts = new Map<string, string[]>();
  const contexts = new Map<string, ReturnType<typeof createSecureContext>>();

  const http = createHttpServer((request, response) => {
    const body = bodies.get(request.url ?? "");
    response.writeHead(body === undefined ? 404 : 200).end(body ?? "nothing here");
  });
  const tls = createTlsServer({
    ALPNProtocols: [tlsAlpn01.protocol],
    SNICallback: (name, done) => done(null, contexts.get(name)),
  });
  tls.on("secureConnection", (socket) => socket.end());
  // A CA that is content hangs up; what it leaves unsaid is of no interest here.
  tls.on("tlsClientError", () => {});
  opened.adopt(http, (server) => close(server, () => server.closeAllConnections()));
  opened.adopt(tls, (server) => close(server, () => {}));
  const [httpPort, tlsPort] = [await listen(http), await listen(tls)];

  const text = (name: string, value: string) => {
    texts.set(name, [...(texts.get(name) ?? []), value]);
    return () => {
      texts.set(
        name,
        (texts.get(name) ?? []).filter((each) => each !== value),
      );
    };
  };
  const publishers: Publishers = {
    "http-01": ({ token, thumbprint }) => {
      const path = http01.path(token);
      bodies.set(path, http01.body(token, thumbprint));
      return () => void bodies.delete(path);
    },
    "dns-01": ({ identifier, token, thumbprint }) =>
      text(dns01.name(identifier.value), dns01.value(token, thumbprint)),
    "dns-account-01": ({ identifier, token, thumbprint, accountUrl }) =>
      text(dnsAccount01.name(identifier.value, accountUrl), dnsAccount01.value(token, thumbprint)),
    "dns-persist-01": ({ identifier, challenge, accountUrl }) =>
      text(
        dnsPersist01.name(identifier.value),
        dnsPersist01.value({
          issuerDomainNames: challenge.issuerDomainNames,
          accountUri: challenge.accountUri ?? accountUrl,
          policy: "wildcard",
        }),
      ),
    "tls-alpn-01": ({ identifier, token, thumbprint }) => {
      const name = tlsAlpn01.serverName(identifier);
      const { certificatePem, privateKeyPem } = tlsAlpn01.certificate({ identifier, token, thumbprint });
      contexts.set(name, createSecureContext({ cert: certificatePem, key: privateKeyPem }));
      return () => void contexts.delete(name);
    },
  };
  const lifetime = opened.move();
  return {
    httpPort,
    tlsPort,
    textsOf: (name) => texts.get(name) ?? [],
    publishers,
    published: () =>
      bodies.size + contexts.size + [...texts.values()].reduce((sum, values) => sum + values.length, 0),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

async function close(server: Server, cut: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  cut();
  await promise;
}
