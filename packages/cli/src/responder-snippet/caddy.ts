/** For Caddy 2.5 and newer: a global option, a snippet, and the site that takes all of port 80. */
import {
  type CentralRule,
  challengePath,
  lines,
  type ProxySnippets,
  type SnippetPart,
  tokenPattern,
} from "./rule.ts";

export const caddySnippets: ProxySnippets = {
  title: "Caddy",
  central: (rule) => parts(centralHandles(rule)),
  stateless: ({ thumbprint, byHost }) =>
    parts(
      lines(
        "\tmap {host} {certmill_thumbprint} {",
        byHost.map((each) => `\t\t${exactly(each.host)} ${each.thumbprint}`),
        `\t\tdefault ${thumbprint}`,
        "\t}",
        `\thandle ${challengePath}* {`,
        `\t\t@token path_regexp certmill ^/\\.well-known/acme-challenge/(${tokenPattern})$`,
        "\t\theader Content-Type text/plain",
        "\t\theader X-Content-Type-Options nosniff",
        '\t\trespond @token "{re.certmill.1}.{certmill_thumbprint}" 200',
        '\t\trespond "Not found" 404',
        "\t}",
      ),
    ),
};

const parts = (handles: string): readonly SnippetPart[] => [
  {
    where:
      "Into the global options, the block at the top of the Caddyfile. Without it Caddy's own redirects from http to https, one for each site, answer before the rule.",
    file: null,
    text: "{\n\tauto_https disable_redirects\n}",
  },
  {
    where:
      "The rule, and all of port 80 behind it. Sites of your own that begin with http:// take it by: import certmill_responder",
    file: null,
    text: `(certmill_responder) {
${handles}
}

http:// {
\timport certmill_responder
\thandle {
\t\tredir https://{host}{uri} 308
\t}
}`,
  },
];

/** Caddy takes a Host header as it is written. */
const exactly = (host: string): string => `~(?i)^${host.replaceAll(".", "\\.")}$`;

function centralHandles({ responders, exceptions }: CentralRule): string {
  if (exceptions.length === 0) return handle(`${challengePath}*`, responders);
  return lines(
    "\tmap {host} {certmill_except} {",
    exceptions.map(({ host, target }) => `\t\t${exactly(host)} ${target}`),
    "\t\tdefault none",
    "\t}",
    "\t@certmill_except {",
    `\t\tpath ${challengePath}*`,
    "\t\tnot vars {certmill_except} none",
    "\t}",
    handle("@certmill_except", ["{certmill_except}"]),
    "\t@certmill_challenge {",
    `\t\tpath ${challengePath}*`,
    "\t\tvars {certmill_except} none",
    "\t}",
    handle("@certmill_challenge", responders),
  );
}

/**
 * The first upstream that takes a connection and answers, for the same request too: one that is silent is left after five
 * seconds, and the next one asked if that time is not used up.
 */
const handle = (matcher: string, upstreams: readonly string[]): string => `\thandle ${matcher} {
\t\treverse_proxy ${upstreams.join(" ")} {
\t\t\tlb_policy first
\t\t\tlb_try_duration ${upstreams.length === 1 ? 2 : 6}s
\t\t\tfail_duration 5s
\t\t\ttransport http {
\t\t\t\tdial_timeout 2s
\t\t\t\tresponse_header_timeout 5s
\t\t\t}
\t\t}
\t}`;
