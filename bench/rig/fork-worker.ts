import { fork } from "node:child_process";
import { once } from "node:events";

/** A Node process of its own that answers questions, one at a time; see {@link answerQuestions}. */
export interface Worker<Question, Answer> extends AsyncDisposable {
  readonly pid: number;
  /** @throws Error when the process ends, or says that it failed; what it printed is on stderr. */
  ask(question: Question): Promise<Answer>;
}

export interface WorkerRequest {
  /** A module that calls {@link answerQuestions}. */
  readonly module: URL;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
}

interface Reply<Answer> {
  readonly answer: Answer | null;
  /** Why there is none; null when there is one. */
  readonly failure: string | null;
}

/** Starts a worker that does not outlive this process's regular end. */
export async function forkWorker<Question extends object, Answer>({
  module,
  args,
  env,
  nodeOptions = [],
}: WorkerRequest): Promise<Worker<Question, Answer>> {
  const child = fork(module, args, {
    env: { ...process.env, ...env },
    execArgv: [...nodeOptions],
    stdio: ["ignore", 2, 2, "ipc"],
  });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${module.pathname} was started without a process id.`);
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = once(child, "exit").then(() => {
    process.removeListener("exit", killAtExit);
  });

  const ask = async (question: Question): Promise<Answer> => {
    const { promise: replied, resolve } = Promise.withResolvers<Reply<Answer> | null>();
    child.once("message", (reply) => resolve(reply as Reply<Answer>));
    void ended.then(() => resolve(null));
    child.send(question);
    const reply = await replied;
    if (reply === null) throw new Error(`${module.pathname} ended before it answered.`);
    if (reply.answer === null) throw new Error(`${module.pathname}: ${reply.failure}`);
    return reply.answer;
  };
  const stop = async () => {
    child.disconnect();
    await ended;
  };
  return { pid, ask, [Symbol.asyncDispose]: stop };
}

/** The worker's half. Resolves when the other half needs it no more. */
export async function answerQuestions<Answer>(answer: (question: unknown) => Promise<Answer>): Promise<void> {
  const send = (reply: Reply<Answer>) => process.send?.(reply);
  process.on("message", (question) => {
    answer(question).then(
      (given) => send({ answer: given, failure: null }),
      (error: unknown) =>
        send({
          answer: null,
          failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  });
  await once(process, "disconnect");
}
