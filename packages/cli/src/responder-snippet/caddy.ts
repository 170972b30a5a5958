/** For Caddy 2: a global option, a snippet, and the site that takes all of port 80. */
export const caddySnippet = (responders: readonly string[]): string =>
  `# The one static rule for certificates, Caddy. It never changes, however many domains there are.

# 1. Into the global options, the block at the top of the Caddyfile. Without it Caddy's own redirects
#    from http to https, one for each site, answer before the rule.
{
    auto_https disable_redirects
}

# 2. The rule, and all of port 80 behind it. Sites of your own that begin with http:// take it by:
#    import certmill_responder
(certmill_responder) {
    handle /.well-known/acme-challenge/* {
        reverse_proxy ${responders.join(" ")} {
            lb_try_duration 2s
            fail_duration 5s
            transport http {
                dial_timeout 2s
                response_header_timeout 5s
            }
        }
    }
}

http:// {
    import certmill_responder
    handle {
        redir https://{host}{uri} 308
    }
}`;
