/** For HAProxy 2.2 and newer: lines for the frontends, and a backend. */
export const haproxySnippet = (responders: readonly string[]): string =>
  `# The one static rule for certificates, HAProxy. It never changes, however many domains there are.

# 1. In every frontend that binds port 80: the acl before all else, the use_backend before the others.
#    Mind: "http-request redirect", "return" and "deny" run BEFORE any use_backend, wherever they stand in
#    the frontend. Each of them needs "unless certmill_challenge", as the redirect shown here.
    acl certmill_challenge path_beg /.well-known/acme-challenge/
    # http-request redirect scheme https code 301 unless certmill_challenge
    use_backend certmill_responder if certmill_challenge

# 2. Once, beside the other backends.
backend certmill_responder
    mode http
    http-reuse always
    option forwardfor
    option redispatch
    retries 1
    timeout connect 2s
    timeout server 5s
${responders.map((address, index) => `    server responder${index + 1} ${address} check`).join("\n")}`;
