/** For HAProxy 2.2 and newer. */
import {
  byTarget,
  type CentralRule,
  challengePath,
  lines,
  type ProxySnippets,
  tokenPattern,
} from "./rule.ts";

const exceptFile = "/etc/haproxy/certmill-except.map";
const accountsFile = "/etc/haproxy/certmill-accounts.map";
const host = "req.hdr(host),field(1,:),lower";

export const haproxySnippets: ProxySnippets = {
  title: "HAProxy",
  central: (rule) => {
    const exceptions = byTarget(rule.exceptions);
    return [
      {
        where:
          'In every frontend that binds port 80: the acl before all else, the use_backend before the others. Mind: "http-request redirect", "return" and "deny" run BEFORE any use_backend, wherever they stand in the frontend. Each of them needs "unless certmill_challenge", as the redirect shown here.',
        file: null,
        text: lines(
          `    acl certmill_challenge path_beg ${challengePath}`,
          "    # http-request redirect scheme https code 301 unless certmill_challenge",
          `    use_backend ${backendOf(rule)} if certmill_challenge`,
        ),
      },
      {
        where: "Once, beside the other backends.",
        file: null,
        text: lines(
          backend("certmill_responder", rule.responders),
          exceptions.map(({ name, target }) => `\n${backend(name, [target])}`),
        ),
      },
      ...(exceptions.length === 0
        ? []
        : [
            {
              where: `The file ${exceptFile}, one name a line with its backend. A line more needs no reload: echo "add map ${exceptFile} NAME BACKEND" into the runtime socket, and into the file.`,
              file: exceptFile,
              text: lines(exceptions.flatMap(({ name, hosts }) => hosts.map((each) => `${each} ${name}`))),
            },
          ]),
    ];
  },
  stateless: ({ thumbprint, byHost }) => {
    const account = byHost.length === 0 ? thumbprint : `%[${host},map(${accountsFile},${thumbprint})]`;
    return [
      {
        where:
          'In every frontend that binds port 80, before every other "http-request": these run in their order, and a redirect before them would answer first.',
        file: null,
        text: lines(
          `    acl certmill_challenge path_beg ${challengePath}`,
          `    acl certmill_token path -m reg ^${challengePath.replaceAll(".", "\\.")}${tokenPattern}$`,
          `    http-request return status 200 content-type text/plain hdr x-content-type-options nosniff lf-string "%[path,field(-1,/)].${account}" if certmill_token`,
          '    http-request return status 404 content-type text/plain string "Not found" if certmill_challenge',
        ),
      },
      ...(byHost.length === 0
        ? []
        : [
            {
              where: `The file ${accountsFile}, one name a line with its account's thumbprint.`,
              file: accountsFile,
              text: lines(byHost.map((each) => `${each.host} ${each.thumbprint}`)),
            },
          ]),
    ];
  },
};

const backendOf = ({ exceptions }: CentralRule): string =>
  exceptions.length === 0 ? "certmill_responder" : `%[${host},map(${exceptFile},certmill_responder)]`;

/**
 * A server that refuses one connection is out at once, so that the same request goes to the next. One that takes the
 * request and hangs up, or says nothing, is passed over for this request: a retry avoids the server it comes from, though
 * not where the others are `backup`, hence `balance first`.
 */
const backend = (name: string, servers: readonly string[]): string =>
  lines(
    `backend ${name}`,
    "    mode http",
    "    balance first",
    "    http-reuse always",
    "    option forwardfor",
    "    option redispatch 1",
    "    retries 2",
    "    retry-on conn-failure empty-response response-timeout",
    "    timeout connect 2s",
    "    timeout server 5s",
    servers.length === 1
      ? []
      : "    default-server check inter 2s fall 1 rise 1 observe layer4 error-limit 1 on-error mark-down",
    servers.map((address, index) => `    server responder${index + 1} ${address}`),
  );
