import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { objectFaults } from "../../../tools/kubernetes/object-faults.ts";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type Nginx, startNginx } from "../../../tools/peers/nginx.ts";
import { nginxLocation, nginxUpstream } from "../src/responder-snippet/nginx.ts";
import type { ProxySnippets, SnippetPart } from "../src/responder-snippet/rule.ts";
import { exceptions, responders, thumbprints } from "../src/responder-snippet/rule-options.ts";
import { type ProxyKind, snippets } from "../src/responder-snippet/snippets.ts";
import { runCli } from "./support/run-here.ts";

const path = "/.well-known/acme-challenge/some-token";

describe("nginx with the snippet", () => {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  let responder: Server;
  let nginx: Nginx;
  let port: number;

  beforeAll(async () => {
    responder = createServer(({ url, headers }, response) => {
      asked.push({ url, headers });
      response.end("some-token.thumbprint");
    });
    responder.listen(0, "127.0.0.1");
    await once(responder, "listening");
    const alive = `127.0.0.1:${(responder.address() as AddressInfo).port}`;
    const dead = `127.0.0.1:${await freePort()}`;
    port = await freePort();
    nginx = await startNginx({
      http: `${nginxUpstream([dead, alive])}
        server {
          listen 127.0.0.1:${port};
          location ~ ^/.well-known/ { return 403; }
          ${nginxLocation}
          location / { return 301 https://$host$request_uri; }
        }`,
    });
  });

  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    responder.close();
    responder.closeAllConnections();
  });

  test("a challenge for any name comes to a responder that lives, with the name and the caller", async () => {
    for (const host of ["shop.example.com", "other.example.net"]) {
      expect(await get(port, host, path)).toEqual({ status: 200, body: "some-token.thumbprint" });
      const { url, headers } = asked.at(-1) ?? {};
      expect([url, headers?.host, headers?.["x-forwarded-for"]]).toEqual([path, host, "127.0.0.1"]);
    }
  });

  test("all else stays the site's", async () => {
    expect(await get(port, "shop.example.com", "/")).toMatchObject({ status: 301 });
  });
});

const rule = {
  responders: ["10.0.0.1:8402", "10.0.0.2:8402"],
  exceptions: [
    { host: "own.example.com", target: "10.0.9.1:80" },
    { host: "too.example.com", target: "10.0.9.1:80" },
  ],
} as const;
const kinds = Object.entries(snippets) as [ProxyKind, ProxySnippets][];
/** As its parser types it: the tests below say what has to be where. */
const yamlOf = (kind: ProxyKind, part: number) => parse(snippets[kind].central(rule)[part]?.text ?? "");

interface Routed {
  readonly service: string;
  readonly priority: number;
}
interface EnvoyRoute {
  readonly match: { readonly headers?: unknown };
  readonly route: { readonly cluster: string };
}
interface EnvoyCluster {
  readonly name: string;
  readonly load_assignment: { readonly endpoints: readonly { readonly priority: number }[] };
}
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly rules: readonly {
      readonly http: {
        readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[];
      };
      readonly backendRefs: readonly { readonly name: string }[];
    }[];
  };
}

describe("every snippet", () => {
  test.each(kinds)("%s names each responder, the path, and each exception once", (_, { central }) => {
    const text = central(rule)
      .map((part) => part.text)
      .join("\n");
    for (const part of ["10.0.0.1", "10.0.0.2", "8402", "10.0.9.1"]) expect(text).toContain(part);
    expect(text).toMatch(/\/\\?\.well-known\/acme-challenge\//);
    for (const host of ["own", "too"]) expect(text).toMatch(new RegExp(`${host}[\\\\[]*\\.\\]?example`));
  });

  test.each(kinds)("%s answers by itself, or says what to do instead", (_, { stateless }) => {
    if (typeof stateless === "string") return expect(stateless).toMatch(/Use the central form/);
    const byHost = [{ host: "other.example.com", thumbprint: "b".repeat(43) }];
    const text = stateless({ thumbprint: "a".repeat(43), byHost })
      .map((part) => part.text)
      .join("\n");
    for (const part of ["a".repeat(43), "b".repeat(43), "[A-Za-z0-9_-]"]) expect(text).toContain(part);
  });

  test("haproxy's warns of the redirect that runs before", () => {
    const [frontend] = snippets.haproxy.central(rule);
    expect(frontend?.text).toContain("redirect scheme https code 301 unless certmill_challenge");
  });
});

/** What Debian does not package is no peer of the tests: that it hangs together is looked at here. */
describe("what is not packaged", () => {
  test("Traefik's routers lead to services that there are", () => {
    const { http } = yamlOf("traefik", 0);
    const services = Object.keys(http.services);
    const wanted = Object.values<Routed>(http.routers).map(({ service }) => service);
    const { failover } = http.services["certmill-responder"];
    expect(services).toEqual(expect.arrayContaining([...wanted, failover.service, failover.fallback]));
    const [general, exception] = Object.values<Routed>(http.routers);
    expect(exception?.priority).toBeGreaterThan(general?.priority ?? 0);
  });

  test("Envoy's routes lead to clusters that there are, the exceptions first", () => {
    const routes: EnvoyRoute[] = yamlOf("envoy", 0);
    const clusters: EnvoyCluster[] = yamlOf("envoy", 1);
    expect(new Set(routes.map(({ route }) => route.cluster))).toEqual(
      new Set(clusters.map(({ name }) => name)),
    );
    expect(routes.map(({ match }) => match.headers !== undefined)).toEqual([true, true, false]);
    expect(clusters[0]?.load_assignment.endpoints.map(({ priority }) => priority)).toEqual([0, 1]);
  });

  test("Envoy's filter is a script of its own", () => {
    const { stateless } = snippets.envoy;
    if (typeof stateless === "string") throw new Error(stateless);
    const [part] = stateless({ thumbprint: "a".repeat(43), byHost: [] });
    const [filter] = parse(part?.text ?? "");
    expect(filter.typed_config.default_source_code.inline_string).toMatch(/^local usual = "a{43}"\n/);
  });

  test("Kubernetes' routes lead to services that there are, by one port", () => {
    const [services, ingress, routes] = snippets.kubernetes
      .central(rule)
      .map(({ text }) => parseAllDocuments(text).map((document): KubernetesObject => document.toJS()));
    const names = services?.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name);
    const backends = ingress?.[0]?.spec.rules.map(({ http }) => http.paths[0]?.backend.service.name);
    expect(new Set(backends)).toEqual(new Set(names));
    expect(routes?.map(({ spec }) => spec.rules[0]?.backendRefs[0]?.name)).toEqual(names);
  });

  test("Kubernetes' objects are what its OpenAPI and the Gateway API's schema say", () => {
    const parts = snippets.kubernetes.central(rule);
    const objects = parts.flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS()));
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(
      new Set(["Service", "EndpointSlice", "Ingress", "HTTPRoute"]),
    );
    expect(objects.flatMap(objectFaults)).toEqual([]);
    const ingress = objects.find(({ kind }) => kind === "Ingress");
    expect(objectFaults({ ...ingress, spec: { rules: [{ http: { path: [] } }] } })).not.toEqual([]);
  });

  test("Kubernetes' routes have no more host names than it allows", () => {
    const exceptions = Array.from({ length: 33 }, (_, n) => ({
      host: `n${n}.example.com`,
      target: "10.0.9.1:80",
    }));
    const text = snippets.kubernetes.central({ ...rule, exceptions })[2]?.text ?? "";
    const hosts = parseAllDocuments(text).map((document) => document.toJS().spec.hostnames?.length);
    expect(hosts).toEqual([undefined, 16, 16, 1]);
  });

  test("Kubernetes takes no addresses that an EndpointSlice cannot have", () => {
    const central = (...responders: [string, ...string[]]) =>
      snippets.kubernetes.central({ responders, exceptions: [] });
    expect(() => central("responder.example.com:8402")).toThrow(/addresses of one family with one port/);
    expect(() => central("10.0.0.1:8402", "[fd00::1]:8402")).toThrow(/one family/);
    expect(() => central("10.0.0.1:8402", "10.0.0.2:8403")).toThrow(/one port/);
  });
});

describe("the command", () => {
  const run = (line: string) => runCli(["responder", "snippet", ...line.split(" ")]);

  test("takes URLs for addresses, and prints its parts for programs", async () => {
    const { code, stdout } = await run(
      "haproxy --responder http://10.0.0.1:8402/ --except Own.Example.com=http://10.0.9.1:80 --json",
    );
    expect(code).toBe(0);
    const { form, snippet, parts } = JSON.parse(stdout);
    expect({ form, files: parts.map(({ file }: SnippetPart) => file) }).toEqual({
      form: "central",
      files: [null, null, "/etc/haproxy/certmill-except.map"],
    });
    expect(parts[2].text).toBe("own.example.com certmill_except1");
    for (const { text } of parts) expect(snippet).toContain(text);
  });

  test("says what a proxy cannot do", async () => {
    expect(await run("traefik --stateless")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nothing that answers a request by itself"),
    });
  });
});

describe("an option that is not right is refused", () => {
  test.each([
    "10.0.0.1",
    "https://10.0.0.1:8402",
    "10.0.0.1:70000",
    "10.0.0.1:0",
    "a b:80",
    "a;b:80",
    "a/b:80",
  ])("--responder %s", (text) => expect(() => responders(text, undefined)).toThrow("HOST:PORT"));

  test.each([
    ["shop.example.com", "NAME=VALUE"],
    ["shop;x=10.0.0.1:80", "no DNS name"],
    ["shop.example.com/x=10.0.0.1:80", "no DNS name"],
    ["user@shop.example.com=10.0.0.1:80", "no DNS name"],
    ["[fd00::1]=10.0.0.1:80", "no DNS name"],
    ["shop.example.com=nowhere", "HOST:PORT"],
    ["OWN.example.com=10.0.0.1:80", "given twice"],
  ])("--except %s", (text, reason) => {
    const before = exceptions("own.example.com=10.0.0.1:80", undefined);
    expect(() => exceptions(text, before)).toThrow(reason);
  });

  test.each([
    ["short", "43 letters"],
    [`${"a".repeat(42)}"`, "43 letters"],
    ["b".repeat(43), "without a name"],
    [`own.example.com=${"b".repeat(43)}`, "given twice"],
  ])("--thumbprint %s", (text, reason) => {
    const before = thumbprints(`own.example.com=${"a".repeat(43)}`, thumbprints("a".repeat(43), undefined));
    expect(() => thumbprints(text, before)).toThrow(reason);
  });

  test("a name is written as a DNS name is", () => {
    expect(exceptions("B\u00fccher.example=http://10.0.0.1:80/", undefined)).toEqual([
      { host: "xn--bcher-kva.example", target: "10.0.0.1:80" },
    ]);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** With a Host of its own, which fetch does not send. */
async function get(port: number, host: string, path: string): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port, path, headers: { host }, timeout: 10_000, agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  return { status: response.statusCode, body: Buffer.concat(await response.toArray()).toString() };
}
