/** For Envoy 1.20 and newer, API v3. */
import { byTarget, challengePath, lines, type ProxySnippets, splitAddress } from "./rule.ts";

export const envoySnippets: ProxySnippets = {
  title: "Envoy",
  central: ({ responders, exceptions }) => {
    const others = byTarget(exceptions);
    return [
      {
        where:
          'In every virtual_host of the route_config that serves port 80, the first of its "routes". Mind: "require_tls" of a virtual host redirects before any route is looked at; put the redirect into a route of its own, behind this one.',
        file: null,
        text: lines(
          others.flatMap(({ name, hosts }) => hosts.map((host) => route(name, host))),
          route("certmill_responder", null),
        ),
      },
      {
        where: 'Once, among the "clusters".',
        file: null,
        text: lines(
          cluster("certmill_responder", responders),
          others.map(({ name, target }) => cluster(name, [target])),
        ),
      },
    ];
  },
  stateless: ({ thumbprint, byHost }) => [
    {
      where:
        'In the "http_filters" of the connection manager that serves port 80, before the router: it answers before any route is looked at, a redirect too.',
      file: null,
      text: lines(
        "- name: certmill.challenge",
        "  typed_config:",
        '    "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
        "    default_source_code:",
        "      inline_string: |",
        `        local usual = "${thumbprint}"`,
        "        local accounts = {",
        byHost.map((each) => `          ["${each.host}"] = "${each.thumbprint}",`),
        "        }",
        "        function envoy_on_request(request)",
        '          local path = string.match(request:headers():get(":path") or "", "^[^?]*")',
        '          local rest = string.match(path, "^/%.well%-known/acme%-challenge/(.*)$")',
        "          if rest == nil then return end",
        '          local token = string.match(rest, "^[A-Za-z0-9_-]+$")',
        "          if token == nil or #token < 16 or #token > 128 then",
        '            request:respond({[":status"] = "404", ["content-type"] = "text/plain"}, "Not found")',
        "            return",
        "          end",
        '          local host = string.lower(request:headers():get(":authority") or "")',
        '          host = string.gsub(host, ":%d+$", "")',
        "          request:respond(",
        '            {[":status"] = "200", ["content-type"] = "text/plain", ["x-content-type-options"] = "nosniff"},',
        '            token .. "." .. (accounts[host] or usual))',
        "        end",
      ),
    },
  ],
};

/** The name with and without its port: a CA sends none, a test may. */
const route = (cluster: string, host: string | null): string =>
  lines(
    "- match:",
    `    prefix: "${challengePath}"`,
    host === null
      ? []
      : [
          "    headers:",
          '      - name: ":authority"',
          "        string_match:",
          `          safe_regex: { regex: "(?i)${host.replaceAll(".", "[.]")}(:80)?" }`,
        ],
    "  route:",
    `    cluster: ${cluster}`,
    "    timeout: 12s",
    "    retry_policy:",
    '      retry_on: "connect-failure,refused-stream,reset"',
    "      num_retries: 2",
    "      per_try_timeout: 5s",
    "      retry_priority:",
    "        name: envoy.retry_priorities.previous_priorities",
    "        typed_config:",
    '          "@type": type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
    "          update_frequency: 1",
  );

/** Each server is a priority of its own: the next is asked when the one before is gone. */
const cluster = (name: string, servers: readonly string[]): string =>
  lines(
    `- name: ${name}`,
    "  type: STRICT_DNS",
    "  connect_timeout: 2s",
    "  health_checks:",
    "    - timeout: 1s",
    "      interval: 2s",
    "      unhealthy_threshold: 1",
    "      healthy_threshold: 1",
    "      tcp_health_check: {}",
    "  load_assignment:",
    `    cluster_name: ${name}`,
    "    endpoints:",
    servers.map((address, priority) => {
      const { host, port } = splitAddress(address);
      return lines(
        `      - priority: ${priority}`,
        "        lb_endpoints:",
        "          - endpoint:",
        "              address:",
        `                socket_address: { address: "${host}", port_value: ${port} }`,
      );
    }),
  );
