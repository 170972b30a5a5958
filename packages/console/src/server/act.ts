import { ApiError, type InputOf, type Operation, type OutputOf } from "@certmill/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNotify } from "../kit/notify.ts";
import { call } from "./ask.ts";

export interface Told<O extends Operation> {
  /** What is told when it is done; null: the screen shows it by itself. */
  readonly done: ((answer: OutputOf<O>) => string) | string | null;
}

/**
 * A call that changes something. What is on screen is asked for anew afterwards, and a refusal is told in the
 * server's own words.
 */
export function useAct<O extends Operation>(operation: O, { done }: Told<O>) {
  const queries = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: (input: Omit<InputOf<O>, "signal">) => call(operation, input),
    onSuccess: async (answer) => {
      const sentence = typeof done === "function" ? done(answer) : done;
      if (sentence !== null) notify.good(sentence);
      await queries.invalidateQueries();
    },
    onError: (error) => notify.bad(sentenceOf(error)),
  });
}

/** What went wrong, with every fault of the request that the server names. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    const faults = error.problem.errors?.map(({ path, message }) => `${path}: ${message}`) ?? [];
    return [error.message, ...faults].join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}
