/**
 * The one static rule, as `certmill responder snippet` prints it, in real proxies: Pebble's own requests for a
 * challenge are sent through each, with a responder in front that does not answer.
 */

import { writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { operations } from "@certmill/api";
import { expect, test } from "vitest";
import { closeServer, listen } from "../../packages/server/src/serve-listener.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { startNginx } from "../../tools/peers/nginx.ts";
import { startPebble } from "../../tools/peers/pebble.ts";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import { type RunningProcess, startProcess } from "../../tools/peers/start-process.ts";
import { runProgram } from "./support/certmill.ts";
import { addPebble, siteText, staticRule } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { untilActive } from "./support/status.ts";

test("nginx's and HAProxy's lead challenges to a responder that is alive, and nothing else", async () => {
  await using postgres = await startPostgres();
  await using installation = await startInstallation({ databaseUrl: postgres.url });
  const [nginxPort, haproxyPort] = [await freePort(), await freePort()];
  await using _nginx = await startNginxWithRule(installation, nginxPort);
  await using _haproxy = await startHaproxyWithRule(installation, haproxyPort);
  const proxies = [nginxPort, haproxyPort];

  const answers: Answer[] = [];
  await using vantage = await startVantage(proxies, (answer) => answers.push(answer));
  await using pebble = await startPebble({ httpPort: vantage.port });
  await addPebble(installation, pebble);
  await installation.mustRun("domain", "add", "rule.example.com");
  await untilActive(installation.client, 1);

  expect(answers.length).toBeGreaterThanOrEqual(proxies.length);
  for (const { path, status, type, body } of answers) {
    const token = path.replace("/.well-known/acme-challenge/", "");
    expect({ status, type }).toEqual({ status: 200, type: "application/octet-stream" });
    expect(body).toMatch(new RegExp(`^${token}\\.[A-Za-z0-9_-]{43}$`));
  }
  for (const port of proxies) {
    const unknown = await get(port, "/.well-known/acme-challenge/no-such-token", "rule.example.com");
    expect(unknown).toMatchObject({ status: 404, body: expect.not.stringContaining(siteText) });
    for (const path of ["/", "/.well-known/security.txt", "/shop?a=/.well-known/acme-challenge/x"]) {
      expect(await get(port, path, "rule.example.com")).toMatchObject({ status: 200, body: siteText });
    }
  }
  const { timeline } = await installation.client.call(operations.showDomain, {
    params: { name: "rule.example.com" },
  });
  expect(timeline.filter(({ kind }) => kind === "issuance.delayed")).toEqual([]);
});

async function printedRule(installation: Installation, proxy: string) {
  // The first responder is one that is down.
  const responders = [`127.0.0.1:${await freePort()}`, installation.responder];
  const options = responders.flatMap((responder) => ["--responder", responder]);
  return staticRule(await installation.mustRun("responder", "snippet", proxy, ...options));
}

async function startNginxWithRule(installation: Installation, port: number) {
  const { first, second } = await printedRule(installation, "nginx");
  const site = `location / { return 200 "${siteText}"; }`;
  return startNginx({ http: `${first}\nserver {\nlisten 127.0.0.1:${port};\n${second}\n${site}\n}` });
}

async function startHaproxyWithRule(installation: Installation, port: number): Promise<RunningProcess> {
  const { first, second } = await printedRule(installation, "haproxy");
  const file = join(installation.directory, "haproxy.cfg");
  await writeFile(
    file,
    `defaults
    mode http
    timeout client 10s
    timeout connect 2s
    timeout server 10s
frontend port80
    bind 127.0.0.1:${port}
${first}
    default_backend site
backend site
    http-request return status 200 content-type text/plain string "${siteText}"
${second}`,
  );
  const program = programOf(peers.haproxy);
  expect(await runProgram(program, ["-c", "-f", file])).toMatchObject({ code: 0 });
  const haproxy = await startProcess({ command: program, args: ["-db", "-f", file] });
  const probe = () =>
    get(port, "/", "any.example.com").then(
      ({ status }) => status === 200,
      () => false,
    );
  await haproxy.ready({ what: "HAProxy to listen", probe, within: 60_000 });
  return haproxy;
}

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Takes a CA's requests, sends each through every proxy, and gives the CA the last one's answer. */
async function startVantage(
  proxies: readonly number[],
  saw: (answer: Answer) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((incoming, outgoing) => {
    void relay(incoming.url ?? "/", incoming.headers.host ?? "").then(
      ({ status, body }) => outgoing.writeHead(status).end(body),
      () => outgoing.destroy(),
    );
  });
  const relay = async (path: string, host: string): Promise<Answer> => {
    let last: Answer | null = null;
    for (const port of proxies) {
      last = await get(port, path, host);
      saw(last);
    }
    if (last === null) throw new Error("There is no proxy.");
    return last;
  };
  const port = await freePort();
  await listen(server, { host: "127.0.0.1", port });
  return { port, [Symbol.asyncDispose]: () => closeServer(server, 0) };
}

/** Over a connection of its own, as a CA does. */
function get(port: number, path: string, host: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(20_000);
    const headers = { host };
    const outgoing = request({ host: "127.0.0.1", port, path, headers, agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      response.once("error", reject).once("end", () => {
        const {
          statusCode: status = 0,
          headers: { "content-type": type = "" },
        } = response;
        resolve({ path, status, type, body });
      });
    });
    outgoing.once("error", reject).end();
  });
}
