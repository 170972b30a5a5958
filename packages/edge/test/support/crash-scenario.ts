import { EdgeServer } from "./edge-server.ts";
import { eventually } from "./eventually.ts";
import { temporaryDirectory, treeOf, waitingReceipts } from "./running-agent.ts";
import type { TestCa, TestCertificate } from "./test-ca.ts";

/** An agent of some kind, in this process or in its own. */
export interface Subject extends AsyncDisposable {
  readonly isDead: () => boolean;
}

export type Starter = (server: EdgeServer, directory: string) => Promise<Subject>;

/** What is compared between a run with a crash and one without. */
export interface End {
  readonly tree: readonly string[];
  readonly served: readonly string[];
}

/** Three lineages come with the snapshot; then one is renewed and one is removed. */
export class CrashScenario {
  readonly #aNames = ["a.example.com", "www.a.example.com"];
  readonly #a1: TestCertificate;
  readonly #a2: TestCertificate;
  readonly #b: TestCertificate;
  readonly #c: TestCertificate;

  constructor(ca: TestCa) {
    this.#a1 = ca.issue(this.#aNames);
    this.#a2 = ca.issue(this.#aNames);
    this.#b = ca.issue(["b.example.com"]);
    this.#c = ca.issue(["c.example.com"]);
  }

  /** @param agents one after the other; the next is started when the one before it has died. */
  async run(
    agents: readonly Starter[],
  ): Promise<{ readonly end: End; readonly retrieved: readonly string[] }> {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", this.#aNames, this.#a1);
    server.put("2", "21", ["b.example.com"], this.#b);
    server.put("3", "31", ["c.example.com"], this.#c);
    for (const start of agents) {
      if (!(await this.#diesIn(start, server, directory.path))) break;
    }
    return {
      end: { tree: await treeOf(directory.path), served: server.served() },
      retrieved: server.retrieved,
    };
  }

  /** @returns whether the agent died in it, or while it was stopped. */
  async #diesIn(start: Starter, server: EdgeServer, directory: string): Promise<boolean> {
    const agent = await start(server, directory);
    try {
      await this.#takePart(server, directory, agent.isDead);
    } finally {
      await agent[Symbol.asyncDispose]();
    }
    return agent.isDead();
  }

  async #takePart(server: EdgeServer, directory: string, isDead: () => boolean): Promise<void> {
    const cameTo = (what: string, isSo: () => boolean | Promise<boolean>) =>
      eventually(what, async () => isDead() || (await isSo()));
    await cameTo("all are served", () => server.served().length >= 3);
    if (isDead()) return;
    if (!server.isCurrent("12")) {
      server.put("1", "12", this.#aNames, this.#a2);
      server.remove("3");
    }
    await cameTo("the renewed one is served", () => server.served().includes("12"));
    await cameTo(
      "the removed one is gone",
      async () => !(await treeOf(directory)).some((path) => /c\.ex|s\/3/.test(path)),
    );
    await cameTo("receipts are acknowledged", async () => (await waitingReceipts(directory)).length === 0);
  }
}
