import { join } from "node:path";
import { crtListPath, issuersPath } from "../../driver/haproxy/open-haproxy-driver.ts";
import { EdgeFault } from "../../edge-fault.ts";
import { selfSigned } from "../self-signed.ts";
import type { Setup, SetupKind } from "../setup.ts";

export const haproxySetupKind: SetupKind = {
  summary: "its runtime socket, and a crt-list of the agent's",
  usage: `Options for haproxy:
  --config FILE          its configuration, which is checked and not changed
                         (default /etc/haproxy/haproxy.cfg)
  --certificates DIR     the agent's --dir (default /var/lib/certmill/certificates)
  --socket PATH          its stats socket (default /run/haproxy/admin.sock)
  --agent-user USER      whom the agent runs as (default: who runs this)
  --systemd DIRECTORY    where drop-ins of units are, or "none"
                         (default /etc/systemd/system)
  --haproxy PROGRAM      (default /usr/sbin/haproxy)
`,
  options: ["config", "certificates", "socket", "agent-user", "systemd", "haproxy"],
  plan: async (values) => haproxySetup(values),
};

/**
 * HAProxy has one configuration, the operator's: nothing is written into it. What its bind line is to name is made,
 * as HAProxy does not start without it.
 *
 * @throws {EdgeFault} `usage`, for the first fault.
 */
export function haproxySetup(values: ReadonlyMap<string, string>): Setup {
  const path = (name: string, otherwise: string): string => plainPath(name, values.get(name) ?? otherwise);
  const certificates = path("certificates", "/var/lib/certmill/certificates");
  const socket = path("socket", "/run/haproxy/admin.sock");
  const config = path("config", "/etc/haproxy/haproxy.cfg");
  const systemd = values.get("systemd") ?? "/etc/systemd/system";
  const owner = values.has("agent-user") ? userName(values.get("agent-user") ?? "") : null;
  const own = join(certificates, "haproxy");
  const fallback = join(own, "fallback.pem");
  const issuers = issuersPath(certificates);
  return {
    proxy: "HAProxy",
    packages: ["haproxy"],
    folders: [certificates, own, issuers].map((folder) => ({ path: folder, mode: 0o700, owner })),
    files: systemd === "none" ? [] : [dropIn(plainPath("systemd", systemd))],
    secrets: [
      {
        path: fallback,
        mode: 0o600,
        owner,
        what: "a fallback certificate, signed by itself",
        make: async () => {
          const { certificatePem, keyPem } = await selfSigned();
          return certificatePem + keyPem;
        },
      },
      {
        path: crtListPath(certificates),
        mode: 0o644,
        owner,
        what: "the list of certificates, empty until the agent runs",
        make: async () => "# Written by certmill edge run.\n",
      },
    ],
    recordPath: join(own, "written.json"),
    check: [path("haproxy", "/usr/sbin/haproxy"), "-c", "-q", "-f", config],
    remedies: [],
    next: [
      `1. In ${config}, under "global" (Debian has the first line as it is):`,
      `     stats socket ${socket} mode 660 level admin expose-fd listeners`,
      "     ssl-load-extra-files none",
      `     issuers-chain-path ${issuers}`,
      "   and in the frontend of your sites:",
      `     bind :443 ssl crt ${fallback} crt-list ${crtListPath(certificates)} alpn h2,http/1.1`,
      `2. haproxy -c -f ${config} && systemctl daemon-reload && systemctl reload haproxy`,
      `3. Let the agent's user to the socket (usermod -aG haproxy ${owner ?? "USER"}), and run it beside HAProxy:`,
      `     certmill edge run --proxy haproxy --proxy-socket ${socket} --proxy-issuers ${issuers} \\`,
      `       --dir ${certificates} ...`,
    ],
  };
}

/** 1.5 to 2 ms for a certificate at each start, and twice at a reload: systemd's own limit is 90 s. */
const dropIn = (systemd: string) => ({
  path: join(systemd, "haproxy.service.d/certmill.conf"),
  content: `# Certmill: many certificates take long to read (see certmill edge install haproxy).
[Service]
TimeoutStartSec=600
`,
  mode: 0o644,
});

function userName(text: string): string {
  if (/^[a-z_][a-z0-9_-]*$/.test(text)) return text;
  throw new EdgeFault(
    "usage",
    `--agent-user must be a user's name, not ${JSON.stringify(text)}. See certmill edge install haproxy --help.`,
  );
}

/** They become part of commands, in which a blank ends a word. */
function plainPath(name: string, text: string): string {
  if (/^\/[\w./@+-]+$/.test(text)) return text.replace(/\/+$/, "");
  throw new EdgeFault(
    "usage",
    `--${name} must be an absolute path of letters, digits and ._@+-, not ${JSON.stringify(text)}. See certmill edge install haproxy --help.`,
  );
}
