/** For Apache httpd 2.4. */
import {
  type CentralRule,
  challengePath,
  lines,
  type ProxySnippets,
  type SnippetPart,
  tokenPattern,
} from "./rule.ts";

const exceptFile = "/etc/apache2/certmill-except.map";
const accountsFile = "/etc/apache2/certmill-accounts.map";
const once =
  "Once, outside of any <VirtualHost>, for example as /etc/apache2/conf-available/certmill.conf (a2enconf certmill). It needs: a2enmod";
const rewritingFirst =
  "Mind: rewriting runs BEFORE ProxyPass, and in the order of its lines. A RewriteRule that redirects stands behind these lines.";

/** What the next line has as `%1`. */
const hostWithoutPort = 'RewriteCond "%{HTTP_HOST}" "^([^:]*)"';

/** A name that the map has; its target is the next line's `%1`. */
const isException = [hostWithoutPort, `RewriteCond "\${certmill_except:\${certmill_lower:%1}}" "^(.+)$"`];

/** Of seconds. A kept connection may end just as the next challenge is sent on it, which Apache sends once. */
const patience = "connectiontimeout=2 timeout=5 disablereuse=On";

const againPath = "/certmill-next-responder";

export const apacheSnippets: ProxySnippets = {
  title: "Apache httpd 2.4",
  central: ({ responders, exceptions }) => [
    {
      where: `${once} proxy proxy_http proxy_balancer lbmethod_byrequests rewrite`,
      file: null,
      text: lines(
        '<Proxy "balancer://certmill-responder">',
        responders.map(
          (address, index) =>
            `    BalancerMember "http://${address}" ${patience} retry=5${index === 0 ? "" : " status=+H"}`,
        ),
        "    ProxySet maxattempts=3",
        "</Proxy>",
      ),
    },
    {
      where: `In every <VirtualHost *:80>, before its other RewriteRule and ProxyPass lines. ${rewritingFirst}`,
      file: null,
      text: lines(
        "RewriteEngine On",
        exceptions.length === 0
          ? []
          : [
              `RewriteMap certmill_lower "int:tolower"`,
              `RewriteMap certmill_except "txt:${exceptFile}"`,
              ...isException,
              'RewriteRule "^/\\.well-known/acme-challenge/" "http://%1%{REQUEST_URI}" [P,NE,L]',
            ],
        'RewriteRule "^/\\.well-known/acme-challenge/" "-" [END]',
        'ProxyPass "/.well-known/acme-challenge/" "balancer://certmill-responder/.well-known/acme-challenge/"',
        '<Location "/.well-known/acme-challenge/">',
        "    Require all granted",
        "    ProxyPreserveHost On",
        responders.length === 1
          ? []
          : [502, 504].map((status) => `    ErrorDocument ${status} "${againPath}%{REQUEST_URI}"`),
        "</Location>",
        secondAttempt({ responders, exceptions }),
      ),
    },
    ...mapPart(
      exceptFile,
      "one name a line with who answers its challenges",
      exceptions.map(({ host, target }) => `${host} ${target}`),
    ),
  ],
  stateless: ({ thumbprint, byHost }) => [
    {
      where: `In every <VirtualHost *:80>, before its other RewriteRule lines. It needs: a2enmod rewrite headers. ${rewritingFirst}`,
      file: null,
      text: lines(
        "RewriteEngine On",
        byHost.length === 0
          ? []
          : [
              `RewriteMap certmill_lower "int:tolower"`,
              `RewriteMap certmill_accounts "txt:${accountsFile}"`,
              hostWithoutPort,
            ],
        `RewriteRule "^/\\.well-known/acme-challenge/(${tokenPattern})$" "-" [E=CERTMILL_ANSWER:$1.${
          byHost.length === 0 ? thumbprint : `\${certmill_accounts:\${certmill_lower:%1}|${thumbprint}}`
        },R=200,L]`,
        'RewriteRule "^/\\.well-known/acme-challenge/" "-" [R=404,L]',
        '<Location "/.well-known/acme-challenge/">',
        "    Require all granted",
        '    ErrorDocument 200 "%{reqenv:CERTMILL_ANSWER}"',
        '    Header always set Content-Type "text/plain"',
        '    Header always set X-Content-Type-Options "nosniff"',
        "</Location>",
      ),
    },
    ...mapPart(
      accountsFile,
      "one name a line with its account's thumbprint",
      byHost.map((each) => `${each.host} ${each.thumbprint}`),
    ),
  ],
};

/**
 * A balancer goes on to its next member when it got no connection. Where a connection was ended without an answer, or
 * none came in time, Apache's error document is the next responder's answer, with that answer's status.
 */
function secondAttempt({ responders: [, next], exceptions }: CentralRule): readonly string[] {
  if (next === undefined) return [];
  const again = `${againPath}${challengePath}`;
  return [
    ...(exceptions.length === 0 ? [] : [...isException, `RewriteRule "^${againPath}/" "-" [R=502,L]`]),
    `RewriteRule "^${againPath}/" "-" [END]`,
    `ProxyPass "${again}" "http://${next}${challengePath}" ${patience} retry=0`,
    `<Location "${again}">`,
    "    Require all granted",
    "    ProxyPreserveHost On",
    "</Location>",
  ];
}

const mapPart = (file: string, what: string, entries: readonly string[]): readonly SnippetPart[] =>
  entries.length === 0
    ? []
    : [
        {
          where: `The file ${file}, ${what}. It is read anew when it changes; Apache's user has to be able to read it.`,
          file,
          text: lines(entries),
        },
      ];
