/** The receiver in docs/webhooks.md does what it says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { instant, parseRange } from "../../packages/domain/src/index.ts";
import { webhookSender } from "../../packages/server/src/effects/send-webhook.ts";

const page = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");
const directory = fileURLToPath(new URL("../../packages/server/", import.meta.url));

test("the example takes what is signed, once, and refuses the rest", async () => {
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const secret = Buffer.alloc(32, 7);
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: directory,
    env: { PORT: "0", CERTMILL_WEBHOOK_SECRET: `whsec_${secret.toString("base64")}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const { value = "" } = await lines.next();
    const url = `http://127.0.0.1:${value.replace("listening ", "")}/`;
    await using sender = webhookSender([parseRange("127.0.0.1")].filter((range) => range !== null));
    const data = { domain: "shop.example.com", sentence: "It works." };
    const send = async (by: Buffer) => {
      const body = JSON.stringify({ type: "certificate.issued", data });
      const message = { url, secrets: [by], id: "msg_1", body, now: instant(Date.now()) };
      return (await sender.send(message, AbortSignal.timeout(10_000))).answer;
    };
    expect(await send(Buffer.alloc(32, 8))).toMatchObject({ status: 401 });
    expect(await send(secret)).toMatchObject({ status: 204 });
    expect(await send(secret)).toMatchObject({ status: 204 });
    expect((await lines.next()).value).toBe("certificate.issued shop.example.com It works.");
  } finally {
    child.kill();
    await once(child, "close");
  }
});
