/** For Apache httpd 2.4: what stands beside the virtual hosts, and what stands in them. */
export const apacheSnippet = (responders: readonly string[]): string =>
  `# The one static rule for certificates, Apache httpd 2.4. It never changes, however many domains there are.
# It needs: a2enmod proxy proxy_http proxy_balancer lbmethod_byrequests

# 1. Once, outside of any <VirtualHost>, for example as /etc/apache2/conf-available/certmill.conf
<Proxy "balancer://certmill-responder">
${responders.map((address) => `    BalancerMember "http://${address}" connectiontimeout=2 timeout=5 retry=5`).join("\n")}
</Proxy>

# 2. In every <VirtualHost *:80>, before its other ProxyPass lines.
#    Mind: rewriting runs BEFORE ProxyPass. Put this line before every RewriteRule that redirects:
#      RewriteCond "%{REQUEST_URI}" "!^/\\.well-known/acme-challenge/"
ProxyPass "/.well-known/acme-challenge/" "balancer://certmill-responder/.well-known/acme-challenge/"
<Location "/.well-known/acme-challenge/">
    Require all granted
    ProxyPreserveHost On
</Location>`;
