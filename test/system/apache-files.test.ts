/** Apache on the agent's files: reloaded once for all that changed, seen to serve it, both of a pair. */
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plainSerial, shakeHands, type Verifies } from "../../packages/edge/src/proof/handshake.ts";
import { selfSigned } from "../../packages/edge/src/set-up/self-signed.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { runAgent } from "../../packages/edge/test/support/running-agent.ts";
import { TestCa } from "../../packages/edge/test/support/test-ca.ts";
import { acceptsAt } from "../../tools/peers/accepts-at.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { startProcess } from "../../tools/peers/start-process.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const sites = ["one.example.com", "two.example.com", "three.example.com"] as const;

test("Apache serves what was installed from one reload on, a renewal from the next, and both of a pair", async () => {
  await using opened = new AsyncDisposableStack();
  const ca = opened.use(new TestCa());
  const server = opened.use(await EdgeServer.open());
  const parent = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-apache-edge-"))).path;
  const [port, directory, file] = [
    await freePort(),
    join(parent, "certificates"),
    join(parent, "httpd.conf"),
  ];
  const fallback = join(parent, "fallback");
  const { certificatePem, keyPem } = await selfSigned();
  await mkdir(fallback);
  await writeFile(join(fallback, "fullchain.pem"), certificatePem);
  await writeFile(join(fallback, "privkey.pem"), keyPem);
  await writeFile(file, configuration({ parent, port, directory, fallback }));
  const apache = opened.use(
    await startProcess({
      command: programOf(peers.apache),
      args: ["-D", "FOREGROUND", "-f", file],
      stopSignal: "SIGTERM",
    }),
  );
  tellOnFailure({ apache });
  await apache.ready({ what: "Apache to listen", probe: () => acceptsAt(port), within: 60_000 });
  /** A worker of before the reload may take one more connection. */
  const isShown = (name: string, { serial }: { readonly serial: string }, verifies: Verifies = "all") =>
    eventually(
      `${serial} is served for ${name}`,
      async () => (await shown(name, verifies)) === plainSerial(serial),
    );
  const shown = async (name: string, verifies: Verifies = "all") => {
    const seen = await shakeHands({ host: "127.0.0.1", port, verifies }, name, AbortSignal.timeout(10_000));
    return seen.kind === "served" ? seen.serial : null;
  };

  const first = sites.map((name, at) => {
    const certificate = ca.issue([name]);
    server.put(`${at}`, `${at}1`, [name], certificate);
    return { name, certificate };
  });
  const command = `${programOf(peers.apache)} -k graceful -f ${file}`;
  const running = opened.use(
    await runAgent(server, directory, {
      proxy: { kind: "reload", reload: { command, quiet: 1_000, mostDelay: 60_000, timeout: 30_000 } },
      proveAt: { host: "127.0.0.1", port },
    }),
  );
  await eventually("all are seen to be served", () => server.served().length === sites.length);
  for (const { name, certificate } of first) await isShown(name, certificate);
  expect(running.events.filter(({ kind }) => kind === "reloaded")).toHaveLength(1);

  const [name] = sites;
  const [renewed, rsa] = [ca.issue([name]), ca.issueRsa([name])];
  server.put("0", "02", [name], renewed);
  server.put("9", "91", [name], { ...rsa, twinOf: "0" });
  await eventually("both of the pair are", () => ["02", "91"].every((id) => server.served().includes(id)));
  await isShown(name, renewed, "ecdsa");
  await isShown(name, rsa, "rsa");
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);
});

interface Place {
  readonly parent: string;
  readonly port: number;
  /** The agent's. */
  readonly directory: string;
  readonly fallback: string;
}

/** The lines of docs/edges/reload.md, for each site. */
function configuration({ parent, port, directory, fallback }: Place): string {
  const modules = ["mpm_event", "authz_core", "ssl"];
  const user = process.getuid?.() === 0 ? "User www-data\nGroup www-data" : "";
  const certificate = (path: string) =>
    `SSLCertificateFile ${path}/fullchain.pem\nSSLCertificateKeyFile ${path}/privkey.pem`;
  const ifThere = (path: string) => `<IfFile "${path}/privkey.pem">\n${certificate(path)}\n</IfFile>`;
  const hosts = sites.map((name) => {
    const path = join(directory, name);
    const site = `<VirtualHost *:${port}>\nServerName ${name}\nSSLEngine on\n${certificate(path)}\n${ifThere(`${path}+rsa`)}\n</VirtualHost>`;
    return `<IfFile "${path}/privkey.pem">\n${site}\n</IfFile>`;
  });
  return `ServerRoot ${parent}
PidFile ${join(parent, "pid")}
ErrorLog ${join(parent, "error.log")}
ServerName localhost
DefaultRuntimeDir ${parent}
${user}
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
<VirtualHost *:${port}>
ServerName fallback.invalid
SSLEngine on
${certificate(fallback)}
</VirtualHost>
${hosts.join("\n")}
`;
}
