/** nginx in files mode, set up by the command: it reads the agent's files at each handshake. Two workers. */
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CertificateDirectory } from "../../packages/edge/src/install/certificate-directory.ts";
import { layouts } from "../../packages/edge/src/install/layout.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { startNginx } from "../../tools/peers/nginx.ts";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { QuickCa, type QuickCertificate } from "../../tools/peers/quick-ca.ts";
import { servedBy, servedByAll } from "./edge-nginx/served-by.ts";
import { runCertmill } from "./support/certmill.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

test("files are read at each handshake, by names that lead nowhere else", async () => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-nginx-files-"))).path;
  const [ca, port] = [new QuickCa(), await freePort()];
  const certificates = join(directory, "certificates");
  const http = await setUp({ directory, certificates, port });
  const nginx = opened.use(await startNginx({ workers: 2, http }));
  tellOnFailure({ nginx });

  const disk = new CertificateDirectory(certificates, layouts.pair);
  const install = async (lineageId: string, certificate: QuickCertificate, ...before: readonly string[]) => {
    const { names, serial, notAfter, ...pair } = certificate;
    const ref = { certificateId: "1", serial, notAfter };
    await disk.store(lineageId, ref, { pair, isFirst: false });
    await disk.link(lineageId, ref, { names, before });
  };
  const served = (name: string | null) => servedBy(port, name);
  const which = async (name: string) => (await served(name)).serial;

  const shop = ca.issue("shop.example.com");
  const any = ca.issue("*.any.example.com");
  const below = ca.issue("own.any.example.com", "listed.any.example.com");
  await install("1", shop);
  await install("2", any);
  await install("3", below);
  expect(await which("shop.example.com")).toBe(shop.serial);
  expect(await which("one.any.example.com")).toBe(any.serial);
  expect(await which("own.any.example.com"), "a wildcard's line before a name without one").toBe(any.serial);
  expect(await which("listed.any.example.com"), "a name's line before a wildcard's").toBe(below.serial);
  expect(await which(`x.${longLabel}.example.com`)).toBe(any.serial);
  expect((await served(null)).subject).toBe("certmill fallback");
  await expect(served("none.example.com")).rejects.toThrow(/alert/);
  expect((await served("..")).subject).toBe("certmill fallback");

  const renewed = ca.issue("shop.example.com");
  await install("1", renewed, "shop.example.com");
  for (const { serial } of await servedByAll(port, "shop.example.com")) expect(serial).toBe(renewed.serial);
});

interface FilesMode {
  readonly directory: string;
  /** Where the agent installs. */
  readonly certificates: string;
  readonly port: number;
}

/** What a map's bucket has no room for, where nginx is not told otherwise. */
const longLabel = "l".repeat(63);
const hashes = "map_hash_bucket_size 512;";

/** By the command. @returns what stands in nginx's `http`. */
async function setUp({ directory, certificates, port }: FilesMode): Promise<string> {
  await mkdir(join(directory, "conf.d"));
  const included = `${hashes} include ${directory}/conf.d/*.conf;`;
  const main = `pid ${directory}/nginx.pid;\nerror_log stderr;\nevents { }\nhttp { ${included} }\n`;
  await writeFile(join(directory, "nginx.conf"), main);
  const where = ["--dir", directory, "--certificates", certificates, "--nginx", programOf(peers.nginx)];
  const ended = await runCertmill(["edge", "install", "nginx", "--mode", "files", "--apply", ...where]);
  expect(ended).toMatchObject({ code: 0 });
  const lines = [
    `*.any.example.com ${certificates}/_wildcard.any.example.com;`,
    `listed.any.example.com ${certificates}/listed.any.example.com;`,
    `*.${longLabel}.example.com ${certificates}/_wildcard.any.example.com;`,
  ];
  await writeFile(join(directory, "certmill/wildcards.map"), `${lines.join("\n")}\n`);
  const server = `listen 127.0.0.1:${port} ssl reuseport; include ${directory}/certmill/tls.conf; return 200 "$pid";`;
  return `${included}\nserver { ${server} }`;
}
