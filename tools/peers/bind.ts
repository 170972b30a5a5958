import { randomBytes } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

export interface Bind extends AsyncDisposable {
  /** Of 127.0.0.1, UDP and TCP. */
  readonly port: number;
  /** With which its zones may be updated. */
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256"; readonly secret: string };
  output(): string;
}

/**
 * Starts BIND on 127.0.0.1, with a key that may change all of its zones.
 *
 * @param zones by name, the records beside SOA and NS as in a zone file, relative to the zone.
 */
export async function startBind(zones: Readonly<Record<string, readonly string[]>>): Promise<Bind> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-bind-"))).path;
  const port = await freePort();
  const key = {
    name: "certmill.test",
    algorithm: "hmac-sha256",
    secret: randomBytes(32).toString("base64"),
  } as const;
  const parts = [
    `options {
  directory "${directory}"; pid-file none; session-keyfile none; managed-keys-directory "${directory}";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no;
};
controls { };
key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`,
  ];
  for (const [name, records] of Object.entries(zones)) {
    const file = join(directory, `${name}.zone`);
    const lines = [
      "@ 60 IN SOA ns hostmaster 1 60 60 60 1",
      "@ 60 IN NS ns",
      "ns 60 IN A 127.0.0.1",
      ...records,
    ];
    await writeFile(file, `$ORIGIN ${name}.\n${lines.join("\n")}\n`);
    parts.push(`zone "${name}" { type primary; file "${file}"; allow-update { key "${key.name}"; }; };`);
  }
  const configFile = join(directory, "named.conf");
  await writeFile(configFile, `${parts.join("\n")}\n`);
  const server = opened.use(
    await startProcess({ command: programOf(peers.bind), args: ["-g", "-n", "1", "-c", configFile] }),
  );
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const [first = ""] = Object.keys(zones);
  const answers = () =>
    resolver.resolveSoa(first).then(
      () => true,
      () => false,
    );
  await server.ready({ what: "BIND to answer", probe: answers, within: 60_000 });
  const lifetime = opened.move();
  return { port, key, output: () => server.output(), [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
