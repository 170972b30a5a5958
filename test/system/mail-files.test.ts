/** Postfix and Dovecot on the agent's files, by the scripts and settings of docs/edges/reload.md. */
import { chmod, mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plainSerial } from "../../packages/edge/src/proof/handshake.ts";
import { selfSigned } from "../../packages/edge/src/set-up/self-signed.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { runAgent } from "../../packages/edge/test/support/running-agent.ts";
import { TestCa, type TestCertificate } from "../../packages/edge/test/support/test-ca.ts";
import { startDovecot } from "../../tools/peers/dovecot.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import type { MailServer, MailServerPlace } from "../../tools/peers/mail-server.ts";
import { startPostfix } from "../../tools/peers/postfix.ts";
import { runProgram } from "./support/certmill.ts";
import { codeBlocks } from "./support/code-blocks.ts";
import { type SeenAt, serialSeen } from "./support/serial-seen.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const isRoot = process.getuid?.() === 0;

test("Dovecot serves what was installed from one reload on, a renewal from the next, and both of a pair", async () => {
  const imaps = await freePort();
  await serveAndRenew("Dovecot", {
    start: ({ place }) => startDovecot(place, imaps),
    clients: { port: imaps },
    proves: { port: imaps },
  });
});

// Its master process runs as root only.
test.runIf(isRoot)(
  "Postfix does, to clients that begin by STARTTLS and to those that begin by TLS",
  async () => {
    const [smtp, smtps] = [await freePort(), await freePort()];
    await serveAndRenew("Postfix", {
      async start({ place, script }) {
        // As the docs say: once by hand before Postfix is told of the table.
        await writeFile(join(place.configuration, "main.cf"), "");
        const ended = await runProgram("sh", [script], { env: { MAIL_CONFIG: place.configuration } });
        expect(ended).toMatchObject({ code: 0, stderr: "" });
        // The keys lie in the table.
        expect(await othersMayRead(place.configuration, /^certmill-sni/)).toEqual([]);
        return await startPostfix(place, { smtp, smtps });
      },
      clients: { port: smtps },
      proves: { port: smtp, startTls: "smtp" },
    });
  },
);

interface Documented {
  readonly place: MailServerPlace;
  /** The path of what the agent is to run. */
  readonly script: string;
}

interface MailEdge {
  readonly start: (documented: Documented) => Promise<MailServer>;
  readonly clients: SeenAt;
  /** Where the agent's own handshakes are made. */
  readonly proves: SeenAt;
}

async function serveAndRenew(program: "Dovecot" | "Postfix", edge: MailEdge): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const ca = opened.use(new TestCa());
  const server = opened.use(await EdgeServer.open());
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-mail-edge-"))).path;
  const certificates = join(directory, "certificates");
  const documented = await follow(program, directory, certificates);
  const mail = opened.use(await edge.start(documented));
  tellOnFailure({ mail });
  const expectSeen = (name: string, { serial }: TestCertificate, verifies?: "ecdsa" | "rsa") =>
    // What took a connection before the change may take one more.
    eventually(
      `${serial} is served for ${name}`,
      async () => (await serialSeen(edge.clients, name, verifies)) === plainSerial(serial),
    );

  const [own, other, wildcard] = [
    ca.issue(["mail.example.com"]),
    ca.issue(["mail.example.net"]),
    ca.issue(["*.hosted.example.com"]),
  ];
  server.put("1", "11", ["mail.example.com"], own);
  server.put("2", "21", ["mail.example.net"], other);
  server.put("3", "31", ["*.hosted.example.com"], wildcard);
  const environment = Object.entries(mail.environment).map(([name, value]) => `${name}='${value}'`);
  const command = `${environment.join(" ")} sh ${documented.script}`;
  const running = opened.use(
    await runAgent(server, certificates, {
      proxy: { kind: "reload", reload: { command, quiet: 1_000, mostDelay: 60_000, timeout: 30_000 } },
      proveAt: { host: "127.0.0.1", ...edge.proves },
    }),
  );
  await eventually("all are seen to be served", () => server.served().length === 3);
  const reloads = () => running.events.filter(({ kind }) => kind === "reloaded").length;
  expect(reloads()).toBe(1);
  await expectSeen("mail.example.com", own);
  await expectSeen("mail.example.net", other);
  await expectSeen("any.hosted.example.com", wildcard);
  const fallback = await serialSeen(edge.clients, "elsewhere.example.com");
  expect(fallback).not.toBeNull();
  expect([own, other, wildcard].map(({ serial }) => plainSerial(serial))).not.toContain(fallback);

  const [renewed, rsa] = [ca.issue(["mail.example.com"]), ca.issueRsa(["mail.example.com"])];
  server.put("1", "12", ["mail.example.com"], renewed);
  server.put("4", "41", ["mail.example.com"], { ...rsa, twinOf: "1" });
  await eventually("both of the pair are", () => ["12", "41"].every((id) => server.served().includes(id)));
  await expectSeen("mail.example.com", renewed, "ecdsa");
  await expectSeen("mail.example.com", rsa, "rsa");
  await expectSeen("mail.example.net", other);
  expect(reloads()).toBe(2);
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);
}

/** @returns those of the files that others than their owner may read. @throws Error where there are none at all. */
async function othersMayRead(directory: string, files: RegExp): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => files.test(name));
  if (names.length === 0) throw new Error(`There is no ${String(files)} in ${directory}.`);
  const modes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).mode));
  return names.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
}

/** Does what the docs say of a program, in a directory of its own. */
async function follow(program: string, directory: string, certificates: string): Promise<Documented> {
  const configuration = join(directory, "configuration");
  const page = await readFile(new URL("../../docs/edges/reload.md", import.meta.url), "utf8");
  const [code, settings, ...more] = codeBlocks(page)
    .filter(({ heading }) => heading === program)
    .map((block) => block.code.replaceAll("/var/lib/certmill/certificates", certificates))
    .map((block) => block.replaceAll(`/etc/${program.toLowerCase()}`, configuration));
  if (code === undefined || settings === undefined || more.length > 0) {
    throw new Error(`The docs are to have a script and settings for ${program}, and nothing else.`);
  }
  await chmod(directory, 0o755);
  for (const each of [configuration, certificates]) await mkdir(each);
  const script = join(directory, "script");
  await writeFile(script, code);
  const { certificatePem, keyPem } = await selfSigned();
  await writeFile(join(configuration, "fallback.pem"), certificatePem);
  await writeFile(join(configuration, "fallback-key.pem"), keyPem, { mode: 0o600 });
  return { place: { directory, configuration, settings }, script };
}
