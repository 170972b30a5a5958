/** The console in a real browser, on a server with 100,000 domains: what each person comes for, at two widths and in two schemes. */
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Look, openBrowser, openWindow, signIn, widths } from "../../../tools/console/browser.ts";
import { screens } from "../../../tools/console/screens.ts";
import { openSeededConsole, type SeededConsole } from "../../../tools/console/seeded-console.ts";

/** For what a page does by itself, on a machine that is busy. */
const timeout = 20_000;
/** One in four has two names. */
const lineages = 80_000;

const opened = new AsyncDisposableStack();
let server: SeededConsole;
let browser: Browser;

beforeAll(async () => {
  server = opened.use(await openSeededConsole(lineages));
  browser = await openBrowser();
  opened.defer(() => browser.close());
}, 180_000);

afterAll(() => opened.disposeAsync());

/** What a page complained of, and whom else it asked for something. */
function listenTo(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== server.origin) complaints.push(`asked ${request.url()}`);
  });
  return complaints;
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Each width and each scheme once: what axe finds does not depend on which of them go together. */
const isLookedThrough = ({ width, scheme }: Look): boolean => (width === 1440) === (scheme === "light");

/** By the debugger, which the page's policy does not hold back. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResult>("axe.run(document, { resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary ?? ""}`);
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - window.innerWidth");

/**
 * To another screen: at a desk by its address alone, as from a link that somebody sent; on a telephone from the screen before, as
 * by a link of the console's own.
 */
async function visit(page: Page, path: string, { width }: Pick<Look, "width">): Promise<void> {
  if (width === 1440 || page.url() === "about:blank") await go(page, path);
  else
    await page.evaluate(
      `history.pushState(null, "", ${JSON.stringify(`/console${path}`)}); dispatchEvent(new PopStateEvent("popstate"))`,
    );
}

/** The widest letters that a telephone without the console's own font may have. */
const takeWideFont = (page: Page): Promise<void> =>
  page.evaluate(`document.documentElement.style.setProperty("--font", "'DejaVu Sans'")`);

async function go(page: Page, path: string): Promise<void> {
  await page.goto(`${server.origin}/console${path}`);
}

describe.each(widths)("at %d px", (width) => {
  let window: BrowserContext;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    window = await openWindow(browser, { width, scheme: "light" });
    await signIn(window, server);
    page = await window.newPage();
    complaints = listenTo(page);
  });
  afterAll(() => window.close());

  test.each(screens)(
    "$name is whole, quiet and for everybody, light and dark",
    async ({ path, title, shows }) => {
      complaints.length = 0;
      await page.emulateMedia({ colorScheme: "light" });
      await visit(page, path, { width });
      if (width !== 1440) await takeWideFont(page);
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      await page.getByRole("main").getByText(shows).first().waitFor();
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        if (isLookedThrough({ width, scheme })) expect(await axeFaults(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
    },
  );
});

describe("a person", () => {
  let window: BrowserContext;
  /** One for all: a page of its own takes twice the time of the screen that is loaded in it. */
  let page: Page;
  beforeAll(async () => {
    window = await openWindow(browser, { width: 1440, scheme: "light" });
    await signIn(window, server);
    page = await window.newPage();
  });
  afterAll(() => window.close());

  test("who is not signed in is led to the sign-in, and back to where they were going", async () => {
    const stranger = await openWindow(browser, { width: 390, scheme: "light" });
    const theirs = await stranger.newPage();
    await go(theirs, "/campaigns/spring");
    await theirs.getByLabel("Name").fill(server.name);
    await theirs.getByLabel("Password").fill("wrong, and long enough");
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await theirs.getByRole("alert").waitFor();
    await theirs.getByLabel("Password").fill(server.password);
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await theirs.getByRole("heading", { level: 1, name: "spring" }).waitFor();
    expect(new URL(theirs.url()).pathname).toBe("/console/campaigns/spring");
    await stranger.close();
  });

  test("finds one of 100,000 domains by / and a part of its name, with the keyboard alone", async () => {
    await go(page, "/");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("florist.exa");
    await page.getByRole("option", { name: /florist\.example\.com/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "florist.example.com" }).waitFor();
  });

  test("filters a list, sends its address on, and turns the page", async () => {
    await go(page, "/domains");
    await page.getByLabel("State").selectOption("failing");
    await page.waitForURL(/state=failing/);
    await page.getByRole("button", { name: "Next" }).click();
    await page.waitForURL(/after=/);
    await page.getByRole("button", { name: "Back" }).click();
    await page.waitForURL((url) => !url.search.includes("after="));
    await page.getByRole("row").nth(1).getByRole("link").focus();
    await page.keyboard.press("ArrowDown");
    const focused = await page.evaluate("document.activeElement?.closest('tr')?.rowIndex");
    expect(focused).toBe(2);
  });

  test("acts on a filter only after a count, and never on all", async () => {
    await go(page, "/domains");
    await page.getByRole("button", { name: "Act on all of these" }).click();
    await page.getByText("Choose which first.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("State").selectOption("paused");
    await page.waitForURL(/state=paused/);
    await page.getByRole("button", { name: "Act on all of these" }).click();
    await page.getByLabel("What to do").selectOption("remove");
    await page.getByText(/would be done\./).waitFor();
    expect(await page.getByRole("button", { name: /^remove / }).isDisabled()).toBe(true);
  });

  test("removes a domain only by typing its name", async () => {
    await go(page, "/domains/bookshop.example.com");
    await page.getByRole("button", { name: "Remove" }).click();
    const confirm = page.getByRole("button", { name: "Remove it" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type bookshop.example.com to confirm").fill("bookshop.example.com");
    await confirm.click();
    await page.getByText(/It is removed\./).waitFor();
  });

  test("sees what is wrong in a file before anything of it is sent", async () => {
    await go(page, "/new-campaign");
    const file = { name: "list.csv", mimeType: "text/csv" };
    const buffer = Buffer.from("domain,tenant\nnew-shop.example.com,tenant-9\n-bad-.example.com,tenant-9\n");
    await page.getByLabel("Choose a list, or drop it here").setInputFiles({ ...file, buffer });
    await page.getByRole("cell", { name: "-bad-.example.com", exact: true }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("from-the-browser");
    await page.getByRole("button", { name: "Create it with 1 row" }).click();
    await page.getByRole("heading", { level: 1, name: "from-the-browser" }).waitFor();
  });

  test("changes a tenant's rules, and leaves a dialog by Escape for where they were", async () => {
    await go(page, "/tenants");
    const row = page.getByRole("row", { name: /^tenant-10 / });
    await row.getByRole("button", { name: "Change" }).press("Enter");
    await page.getByRole("dialog", { name: "Change tenant-10" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect
      .poll(() => page.evaluate("document.activeElement?.closest('tr')?.textContent"), { timeout })
      .toMatch(/^tenant-10/);
    await page.keyboard.press("Enter");
    await page.getByLabel("letsencrypt").check();
    await page.getByLabel("Keys", { exact: true }).selectOption("keep");
    await page.getByLabel("Renewals with the same key").fill("3");
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Change it" }).click();
    await row.getByText("kept for 3 renewals").waitFor();
    await row.getByText("letsencrypt").waitFor();
  });

  test("drafts a replacement, sees what it comes to, and starts it", async () => {
    await go(page, "/replacements");
    await page.getByRole("button", { name: "Draft a replacement" }).click();
    await page.getByLabel("Which certificates").selectOption("ca");
    await page.getByLabel("CA", { exact: true }).selectOption("zerossl");
    await page.getByRole("button", { name: "Draft it" }).click();
    await page.getByText("What it would come to").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("button", { name: /^Replace [\d,]+ certificates$/ }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("paused", { exact: true }).waitFor();
  });

  test("plans for a list, and sees what is wrong in it while no name of it is sent", async () => {
    await go(page, "/plan");
    const sent: (string | null)[] = [];
    page.on("request", (request) => sent.push(request.postData()));
    const buffer = Buffer.from(
      "domain,tenant\na.hoster.example.com,t\nb.hoster.example.com,t\nlocalhost,t\n",
    );
    const file = { name: "customers.csv", mimeType: "text/csv", buffer };
    await page.getByLabel("Choose a list, or drop it here").setInputFiles(file);
    await page.getByRole("cell", { name: "localhost", exact: true }).waitFor();
    await expect
      .poll(() => sent.some((body) => body?.includes('"domains":2') === true), { timeout })
      .toBe(true);
    expect(sent.filter((body) => body?.includes("hoster"))).toEqual([]);
    await page.getByRole("button", { name: "Take a number instead" }).click();
    await page.getByLabel("Domains", { exact: true }).waitFor();
  });

  test("moves a slider of the planner and reads another day", async () => {
    await go(page, "/plan");
    const done = page.locator(".figure-value").first();
    await done.waitFor();
    const before = await done.textContent();
    await page.getByLabel("Override at the first CA").press("End");
    await expect.poll(() => done.textContent(), { timeout }).not.toBe(before);
  });

  test("chooses the dark scheme, and has it again after a reload", async () => {
    await go(page, "/");
    await page.getByRole("button", { name: /Ada Lovelace/ }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await page.reload();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    await page.evaluate("localStorage.clear()");
  });

  test("sees in the panel of a hoster what to change", async () => {
    await go(page, "/");
    const wish = { name: "panel", scope: "status", tenant: "tenant-1" };
    const token = await page.evaluate<string>(
      `fetch("/v1/tokens", { method: "POST", body: ${JSON.stringify(JSON.stringify(wish))},
        headers: { "content-type": "application/json", "x-certmill-console": "1" } })
        .then((answer) => answer.json()).then(({ token }) => token)`,
    );
    const complaints = listenTo(page);
    await page.goto(`${server.origin}/embed/?domain=florist.example.com`);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("Needs a change").first().waitFor();
    await page.getByText("192.0.2.10").first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    // What is not the tenant's is not known here.
    await page.getByLabel("Domain").fill("bakery.example.com.invalid");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("bakery.example.com.invalid is not known here.").first().waitFor();
  });
});
