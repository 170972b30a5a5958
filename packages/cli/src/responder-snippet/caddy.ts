/** For Caddy 2: a global option, a snippet, and the site that takes all of port 80. */
export const caddySnippet = (responders: readonly string[]): string =>
  `# The one static rule for certificates, Caddy. It never changes, however many domains there are.

# 1. Into the global options, the block at the top of the Caddyfile. Without it Caddy's own redirects
#    from http to https, one for each site, answer before the rule.
{
\tauto_https disable_redirects
}

# 2. The rule, and all of port 80 behind it. Sites of your own that begin with http:// take it by:
#    import certmill_responder
(certmill_responder) {
\thandle /.well-known/acme-challenge/* {
\t\treverse_proxy ${responders.join(" ")} {
\t\t\tlb_try_duration 2s
\t\t\tfail_duration 5s
\t\t\ttransport http {
\t\t\t\tdial_timeout 2s
\t\t\t\tresponse_header_timeout 5s
\t\t\t}
\t\t}
\t}
}

http:// {
\timport certmill_responder
\thandle {
\t\tredir https://{host}{uri} 308
\t}
}`;
