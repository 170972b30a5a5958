/** For Kubernetes 1.21 and newer: a Service for addresses outside of the cluster, and the one route to it. */
import { isIP } from "node:net";
import { badInput } from "../command-error.ts";
import { byTarget, challengePath, lines, type ProxySnippets, splitAddress } from "./rule.ts";

const responderName = "certmill-responder";

export const kubernetesSnippets: ProxySnippets = {
  title: "Kubernetes",
  central: ({ responders, exceptions }) => {
    const others = byTarget(exceptions).map((other) => ({ ...other, name: other.name.replace("_", "-") }));
    const routes: readonly Route[] = [
      { name: responderName, hosts: [] },
      ...others.map(({ name, hosts }) => ({ name, hosts })),
    ];
    return [
      {
        where: `The responders, outside of the cluster: kubectl apply -f certmill-responder.yaml. Mind: Kubernetes does not look whether addresses that it does not run are alive, and has no backup among them. A responder that is down gets its share until its line is gone; most controllers then try the next. A responder that runs in the cluster needs its own Service only, by the name "${responderName}".`,
        file: "certmill-responder.yaml",
        text: documents([
          service(responderName, responders),
          ...others.map((o) => service(o.name, [o.target])),
        ]),
      },
      {
        where:
          "Either: an Ingress without a host, in the same namespace. Mind: where a name has an Ingress of its own, most controllers look at the paths of that one alone. Give this path to each of those, or to the controller as its global rule (ingress-nginx: http-snippet and server-snippet, with what certmill responder snippet nginx prints).",
        file: "certmill-ingress.yaml",
        text: ingress(routes),
      },
      {
        where:
          'Or: an HTTPRoute without hostnames at the listener of port 80. "gateway" is the name of yours. Mind: where a name has a route of its own at that listener, it comes first, whatever its paths: give it this rule too, or have it at the listener of port 443 only.',
        file: "certmill-httproute.yaml",
        text: documents(routes.flatMap(httpRoutes)),
      },
    ];
  },
  stateless:
    "Neither an Ingress nor an HTTPRoute can make an answer. Use the central form, or the snippet of the proxy behind your controller.",
};

interface Route {
  readonly name: string;
  /** Empty: all. */
  readonly hosts: readonly string[];
}

const documents = (texts: readonly string[]): string => texts.join("\n---\n");

function service(name: string, addresses: readonly string[]): string {
  const split = addresses.map(splitAddress);
  const [{ port } = { port: 0 }] = split;
  const version = isIP(split[0]?.host ?? "");
  if (version === 0 || split.some((each) => isIP(each.host) !== version || each.port !== port))
    throw badInput(
      "Kubernetes takes addresses of one family with one port for what it does not run.",
      "Give IP addresses, all IPv4 or all IPv6, with the same port.",
    );
  return lines(
    "apiVersion: v1",
    "kind: Service",
    `metadata: { name: ${name} }`,
    "spec:",
    `  ports: [{ name: http, port: 80, targetPort: ${port} }]`,
    "---",
    "apiVersion: discovery.k8s.io/v1",
    "kind: EndpointSlice",
    "metadata:",
    `  name: ${name}-1`,
    `  labels: { kubernetes.io/service-name: ${name} }`,
    `addressType: IPv${version}`,
    `ports: [{ name: http, port: ${port}, protocol: TCP }]`,
    "endpoints:",
    split.map(({ host }) => `  - addresses: ["${host}"]`),
  );
}

const ingress = (routes: readonly Route[]): string =>
  lines(
    "apiVersion: networking.k8s.io/v1",
    "kind: Ingress",
    "metadata:",
    "  name: certmill-challenge",
    "  annotations:",
    '    nginx.ingress.kubernetes.io/ssl-redirect: "false"',
    "spec:",
    "  rules:",
    routes.flatMap(({ name, hosts }) =>
      (hosts.length === 0 ? [null] : hosts).map((host) => rule(name, host)),
    ),
  );

const rule = (name: string, host: string | null): string =>
  lines(
    host === null ? "    - http:" : [`    - host: ${host}`, "      http:"],
    "        paths:",
    `          - path: ${challengePath}`,
    "            pathType: Prefix",
    `            backend: { service: { name: ${name}, port: { name: http } } }`,
  );

/** As many as one HTTPRoute takes. */
const mostHostnames = 16;

function httpRoutes({ name, hosts }: Route): readonly string[] {
  if (hosts.length === 0) return [httpRoute("certmill-challenge", { name, hosts })];
  const groups = Array.from({ length: Math.ceil(hosts.length / mostHostnames) }, (_, group) =>
    hosts.slice(group * mostHostnames, (group + 1) * mostHostnames),
  );
  return groups.map((group, index) => httpRoute(`${name}-${index + 1}`, { name, hosts: group }));
}

const httpRoute = (routeName: string, { name, hosts }: Route): string =>
  lines(
    "apiVersion: gateway.networking.k8s.io/v1",
    "kind: HTTPRoute",
    `metadata: { name: ${routeName} }`,
    "spec:",
    "  parentRefs: [{ name: gateway, sectionName: http }]",
    hosts.length === 0 ? [] : `  hostnames: [${hosts.map((host) => `"${host}"`).join(", ")}]`,
    "  rules:",
    `    - matches: [{ path: { type: PathPrefix, value: ${challengePath} } }]`,
    `      backendRefs: [{ name: ${name}, port: 80 }]`,
  );
