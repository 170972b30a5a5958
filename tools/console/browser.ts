/** Debian's Chromium, driven as a person would. */
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { peers, programOf } from "../peers/peer.ts";
import type { SeededConsole } from "./seeded-console.ts";

/** @throws PeerMissing */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: programOf(peers.chromium),
    // Tests run as root in containers, where Chromium's own sandbox cannot start; it is shown our pages alone.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  });

/** A desk's, and a telephone's. */
export const widths = [1440, 390] as const;

export interface Look {
  readonly width: (typeof widths)[number];
  readonly scheme: "light" | "dark";
}

/** For what a person would wait for, on a machine that is busy. */
const patience = 15_000;

/** A window of a look. */
export async function openWindow(browser: Browser, { width, scheme }: Look): Promise<BrowserContext> {
  const window = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
    timezoneId: "UTC",
  });
  window.setDefaultTimeout(patience);
  return window;
}

/** Signs in by the form, and waits for the first screen. */
export async function signIn(
  window: BrowserContext,
  { origin, name, password }: SeededConsole,
): Promise<void> {
  const page = await window.newPage();
  await page.goto(`${origin}/console/`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  await page.close();
}
