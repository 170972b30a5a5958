/** For Traefik 3, as a file of its dynamic configuration. */
import { byTarget, challengePath, lines, type ProxySnippets } from "./rule.ts";

const priority = 100_000;
const isChallenge = `PathPrefix(\`${challengePath}\`)`;

export const traefikSnippets: ProxySnippets = {
  title: "Traefik",
  central: ({ responders, exceptions }) => {
    const others = byTarget(exceptions);
    const [first, ...rest] = responders;
    return [
      {
        where: `A file of the file provider's directory, for example /etc/traefik/dynamic/certmill.yaml. "web" is the entry point of port 80. Mind: the redirect of an entry point (http.redirections.entryPoint) has the highest priority there is unless it is given one: set its "priority" to 1000. Traefik's own certificate resolvers with an httpChallenge take the path for themselves on their entry point: remove them.`,
        file: "/etc/traefik/dynamic/certmill.yaml",
        text: lines(
          "http:",
          "  routers:",
          router("certmill-challenge", isChallenge, { service: "certmill-responder", priority }),
          others.map(({ name, hosts }) =>
            router(
              dashed(name),
              `(${hosts.map((host) => `Host(\`${host}\`)`).join(" || ")}) && ${isChallenge}`,
              {
                service: dashed(name),
                priority: priority + 1,
              },
            ),
          ),
          "  services:",
          rest.length === 0
            ? loadBalancer("certmill-responder", [first])
            : [
                "    certmill-responder:",
                "      failover:",
                "        service: certmill-responder1",
                "        fallback: certmill-responder2",
                loadBalancer("certmill-responder1", [first]),
                loadBalancer("certmill-responder2", rest),
              ],
          others.map(({ name, target }) => loadBalancer(dashed(name), [target], false)),
        ),
      },
    ];
  },
  stateless:
    "Traefik has nothing that answers a request by itself. Use the central form: its one router never changes either.",
};

const dashed = (name: string): string => name.replaceAll("_", "-");

const router = (
  name: string,
  rule: string,
  { service, priority }: { readonly service: string; readonly priority: number },
): string =>
  lines(
    `    ${name}:`,
    `      rule: "${rule}"`,
    `      priority: ${priority}`,
    '      entryPoints: ["web"]',
    `      service: ${service}`,
  );

/** Where the health check asks for no token a responder says 404: it is there. */
const loadBalancer = (name: string, servers: readonly string[], isChecked = true): string =>
  lines(
    `    ${name}:`,
    "      loadBalancer:",
    "        passHostHeader: true",
    isChecked
      ? [
          "        healthCheck:",
          `          path: ${challengePath}`,
          "          status: 404",
          "          interval: 2s",
          "          timeout: 1s",
        ]
      : [],
    "        servers:",
    servers.map((address) => `          - url: "http://${address}"`),
  );
