import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Participant, Standstill } from "./participant.ts";
import type { Answer, Order, WorkerTask } from "./worker-process.ts";

/** A worker in a process of its own. */
export class RemoteParticipant implements Participant, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #killAtExit: () => void;
  #listens = false;
  #asked: PromiseWithResolvers<Standstill> = Promise.withResolvers();

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#killAtExit = () => child.kill("SIGKILL");
    process.once("exit", this.#killAtExit);
    child.on("message", (answer: Answer) => this.#take(answer));
    child.on("exit", () => this.#asked.reject(new Error("A worker ended before it answered.")));
    // Nobody may be asking when it ends.
    this.#asked.promise.catch(() => {});
  }

  /** Resolves when it has started and stands still. */
  static async start(task: WorkerTask): Promise<RemoteParticipant> {
    const module = new URL("worker-process.ts", import.meta.url);
    const child = fork(module, [JSON.stringify(task)], { stdio: ["ignore", 2, 2, "ipc"] });
    const participant = new RemoteParticipant(child);
    await participant.#asked.promise;
    return participant;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get listens(): boolean {
    return this.#listens;
  }

  settled(): Promise<Standstill> {
    return this.#ask({ kind: "settled" });
  }

  wake(): Promise<Standstill> {
    return this.#ask({ kind: "wake" });
  }

  heard(call: number): Promise<Standstill> {
    return this.#ask({ kind: "heard", call });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.disconnect();
      await ended;
    }
    process.removeListener("exit", this.#killAtExit);
  }

  /** One at a time. */
  #ask(order: Order): Promise<Standstill> {
    this.#asked = Promise.withResolvers();
    this.#child.send(order);
    return this.#asked.promise;
  }

  #take(answer: Answer): void {
    if (answer.kind === "failed") return this.#asked.reject(new Error(answer.reason));
    this.#listens = answer.listens;
    this.#asked.resolve(answer.standstill);
  }
}
