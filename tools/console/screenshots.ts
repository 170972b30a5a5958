/** `npm run screenshots`: the pictures of docs/console/, taken of a server with 100,000 domains, so that they stay true. */
import "../require-node.mjs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installPeers } from "../peers/install.ts";
import { peers } from "../peers/peer.ts";
import { type Look, openBrowser, openWindow, signIn } from "./browser.ts";
import { screens } from "./screens.ts";
import { openSeededConsole } from "./seeded-console.ts";

const folder = join(import.meta.dirname, "../../docs/console");
/** In a repository that is cloned by many. */
const mostBytes = 100_000;

const pictures: readonly (Look & { readonly screen: string })[] = [
  { screen: "overview", width: 1440, scheme: "light" },
  { screen: "overview", width: 390, scheme: "dark" },
  { screen: "domain", width: 1440, scheme: "light" },
  { screen: "domains", width: 1440, scheme: "dark" },
  { screen: "planner", width: 1440, scheme: "light" },
  { screen: "campaign", width: 390, scheme: "light" },
];

await installPeers([peers.chromium, peers.postgres]);
await mkdir(folder, { recursive: true });
await using server = await openSeededConsole(80_000);
await using browser = await openBrowser();
for (const { screen, ...look } of pictures) {
  const found = screens.find(({ name }) => name === screen);
  if (found === undefined) throw new Error(`There is no screen ${screen}.`);
  await using window = await openWindow(browser, look);
  await signIn(window, server);
  const page = await window.newPage();
  await page.goto(`${server.origin}/console${found.path}`);
  await page.getByText(found.shows).first().waitFor();
  await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
  const path = join(folder, `${screen}-${look.width}-${look.scheme}.webp`);
  const session = await window.newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 74 });
  const picture = Buffer.from(data, "base64");
  await writeFile(path, picture);
  console.log(`${path} ${Math.round(picture.length / 1_000)} kB`);
  if (picture.length > mostBytes) throw new Error(`${path} is larger than ${mostBytes / 1_000} kB.`);
}
