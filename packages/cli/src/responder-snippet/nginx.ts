/** For nginx 1.18 and newer: what stands beside the servers, and what stands in them. */
export const nginxSnippet = (responders: readonly string[]): string =>
  `# The one static rule for certificates, nginx. It never changes, however many domains there are.

# 1. Once, in http { }, for example as /etc/nginx/conf.d/certmill.conf
${nginxUpstream(responders)}

# 2. In every server { } that listens on port 80, for example from
#    /etc/nginx/snippets/certmill.conf by: include snippets/certmill.conf;
#    A redirect to https belongs into a location of its own ("location / { return 301 ...; }"): a bare
#    "return" in the server { } answers before any location is looked at, this one too.
${nginxLocation}`;

export const nginxUpstream = (responders: readonly string[]): string =>
  `upstream certmill_responder {
${responders.map((address) => `    server ${address} max_fails=2 fail_timeout=5s;`).join("\n")}
    keepalive 16;
}`;

/** \`^~\`: no regular-expression location can take the path away. */
export const nginxLocation = `location ^~ /.well-known/acme-challenge/ {
    proxy_pass http://certmill_responder;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_connect_timeout 2s;
    proxy_read_timeout 5s;
    proxy_next_upstream error timeout;
    auth_basic off;
    allow all;
}`;
