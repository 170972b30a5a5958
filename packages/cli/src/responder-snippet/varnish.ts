/** For Varnish 5 and newer, VCL 4.1. */
import { byTarget, lines, type ProxySnippets, splitAddress, tokenPattern } from "./rule.ts";

const atTop =
  'At the top of the VCL, behind its "vcl 4.1;": subroutines of one name are joined in their order, and the first "return" counts. One that redirects in vcl_recv and stands before would answer first.';
const isChallenge = 'req.url ~ "^/\\.well-known/acme-challenge/"';

export const varnishSnippets: ProxySnippets = {
  title: "Varnish",
  central: ({ responders, exceptions }) => {
    const others = byTarget(exceptions);
    const names = responders.map((_, index) => `certmill_responder${index + 1}`);
    return [
      {
        where: `${atTop} Varnish has no table of names without a module, so exceptions are conditions here.`,
        file: null,
        text: lines(
          "import directors;",
          "",
          "probe certmill_alive {",
          '    .url = "/.well-known/acme-challenge/";',
          "    .expected_response = 404;",
          "    .interval = 2s;",
          "    .timeout = 1s;",
          "    .window = 2;",
          "    .threshold = 1;",
          "    .initial = 1;",
          "}",
          responders.map((address, index) => backend(names[index] ?? "", address, true)),
          others.map(({ name, target }) => backend(name, target, false)),
          "sub vcl_init {",
          "    new certmill_responder = directors.fallback();",
          names.map((name) => `    certmill_responder.add_backend(${name});`),
          "}",
          "sub vcl_recv {",
          `    if (${isChallenge}) {`,
          "        set req.backend_hint = certmill_responder.backend();",
          others.map(
            ({ name, hosts }) =>
              `        if (${hosts.map(isHost).join(" || ")}) { set req.backend_hint = ${name}; }`,
          ),
          "        return (pass);",
          "    }",
          "}",
          names.length === 1
            ? []
            : [
                "# The probe takes a while to see that a responder is gone; a challenge does not wait for it.",
                "sub vcl_backend_error {",
                `    if (bereq.backend == certmill_responder.backend() && bereq.retries == 0) {`,
                `        set bereq.backend = ${names[1]};`,
                "        return (retry);",
                "    }",
                "}",
              ],
        ),
      },
    ];
  },
  stateless: ({ thumbprint, byHost }) => [
    {
      where: atTop,
      file: null,
      text: lines(
        "sub vcl_recv {",
        `    if (req.url ~ "^/\\.well-known/acme-challenge/${tokenPattern}$") { return (synth(200)); }`,
        `    if (${isChallenge}) { return (synth(404)); }`,
        "}",
        "sub vcl_synth {",
        `    if (${isChallenge}) {`,
        '        set resp.http.Content-Type = "text/plain";',
        '        set resp.http.X-Content-Type-Options = "nosniff";',
        `        set req.http.X-Certmill-Account = "${thumbprint}";`,
        byHost.map(
          (each) =>
            `        if (${isHost(each.host)}) { set req.http.X-Certmill-Account = "${each.thumbprint}"; }`,
        ),
        "        if (resp.status == 200) {",
        '            synthetic(regsub(req.url, "^.*/", "") + "." + req.http.X-Certmill-Account);',
        '        } else { synthetic("Not found"); }',
        "        return (deliver);",
        "    }",
        "}",
      ),
    },
  ],
};

const isHost = (host: string): string => `req.http.host ~ "(?i)^${host.replaceAll(".", "\\.")}(:80)?$"`;

function backend(name: string, address: string, isProbed: boolean): string {
  const { host, port } = splitAddress(address);
  return lines(
    `backend ${name} {`,
    `    .host = "${host}";`,
    `    .port = "${port}";`,
    "    .connect_timeout = 2s;",
    "    .first_byte_timeout = 5s;",
    isProbed ? "    .probe = certmill_alive;" : [],
    "}",
  );
}
