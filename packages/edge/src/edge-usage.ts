/** What `certmill edge run --help` shows. */
import { driverKinds } from "./driver/driver-kinds.ts";

export const edgeUsage = `Usage: certmill edge run --server URL --join-token-file FILE --dir DIRECTORY
                         [options]

Follows the changes of this edge's group, installs certificates and reports
what is served.

  --server URL           the Certmill server
  --join-token-file FILE a file with a join token, which works once: the edge
                         makes a key of its own. Not read once it has joined
  --token-file FILE      instead: a file with a token of this edge group
  --dir DIRECTORY        where certificates are installed
  --name NAME            this edge's name (default: the host name); one that has
                         joined keeps the name it joined with
  --layout LAYOUT        pair: <name>/fullchain.pem and privkey.pem (default);
                         combined: <name>.pem, as HAProxy reads it
  --seal-key-file FILE   encrypt what lies in DIRECTORY with this key, 32 bytes
                         in base64 (or CERTMILL_EDGE_SEAL_KEY), where only the
                         agent reads it: not for HAProxy and not for files
  --keep NUMBER          keep so many certificates, those asked for last; the
                         others come at their first handshake (--proxy caddy,
                         or --tls-port alone)
  --proxy KIND           give certificates to the running proxy, without a
                         reload: one of
${kindLines([...driverKinds.keys()])}
                         (its options are below)
  --pace NUMBER          with --proxy: so many a second at most
  --reconcile TIME       with --proxy: compare what it has with what it should
                         have (default 5m; at its restart in any case)
  --reload COMMAND       run after changes, for example "nginx -s reload"
  --reload-quiet TIME    no change for so long before it (default 2s)
  --reload-max-wait TIME but never later than this (default 15s)
  --reload-timeout TIME  kill it after this (default 60s)
  --prove HOST:PORT      where a handshake shows that a certificate is served
                         before that is reported, or none (default
                         127.0.0.1:443 with a --proxy on this host, else
                         none); smtp://HOST:PORT, imap:// or pop3:// where
                         TLS begins by STARTTLS
  --tls-port PORT        terminate TLS here too, with what is installed
  --http-port PORT       with --tls-port: plain HTTP, for challenges
  --responder URL        with --http-port: where challenges are answered
  --json-log             log lines as JSON

TIME is a number with ms, s or m.

${[...driverKinds.values()].map((kind) => kind.usage).join("\n")}
Examples:

  certmill edge run --server https://certmill.example.com \\
    --join-token-file /etc/certmill/join-token --dir /etc/nginx/certificates \\
    --reload "nginx -s reload"

  certmill edge run --server https://certmill.example.com \\
    --token-file /etc/certmill/edge-token --dir /var/lib/certmill-edge \\
    --proxy nginx
`;

/** The kinds beside an option's name, five to a line. */
function kindLines(kinds: readonly string[]): string {
  const lines = Array.from({ length: Math.ceil(kinds.length / 5) }, (_, line) =>
    kinds.slice(line * 5, line * 5 + 5).join(", "),
  );
  return lines.map((line) => `${" ".repeat(25)}${line}`).join(",\n");
}
