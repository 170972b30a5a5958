/** For Apache httpd 2.4. */
import { lines, type ProxySnippets, type SnippetPart, tokenPattern } from "./rule.ts";

const exceptFile = "/etc/apache2/certmill-except.map";
const accountsFile = "/etc/apache2/certmill-accounts.map";
const once =
  "Once, outside of any <VirtualHost>, for example as /etc/apache2/conf-available/certmill.conf (a2enconf certmill). It needs: a2enmod";
const rewritingFirst =
  "Mind: rewriting runs BEFORE ProxyPass, and in the order of its lines. A RewriteRule that redirects stands behind these lines.";

/** What the next line has as `%1`. */
const hostWithoutPort = 'RewriteCond "%{HTTP_HOST}" "^([^:]*)"';

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
            `    BalancerMember "http://${address}" connectiontimeout=2 timeout=5 retry=5${index === 0 ? "" : " status=+H"}`,
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
              hostWithoutPort,
              `RewriteCond "\${certmill_except:\${certmill_lower:%1}}" "^(.+)$"`,
              'RewriteRule "^/\\.well-known/acme-challenge/" "http://%1%{REQUEST_URI}" [P,NE,L]',
            ],
        'RewriteRule "^/\\.well-known/acme-challenge/" "-" [END]',
        'ProxyPass "/.well-known/acme-challenge/" "balancer://certmill-responder/.well-known/acme-challenge/"',
        '<Location "/.well-known/acme-challenge/">',
        "    Require all granted",
        "    ProxyPreserveHost On",
        "</Location>",
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
