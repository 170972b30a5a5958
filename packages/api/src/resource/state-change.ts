import type { TObject, TSchema } from "typebox";
import { operation } from "../operation.ts";
import type { ProblemCode } from "../problem/problem-types.ts";

/** Calls by which an admin changes the state of something; they answer how it stands then. */
export const stateChangeOf =
  <Params extends TObject, Answer extends TSchema>(thing: {
    readonly tag: string;
    readonly params: Params;
    readonly answer: Answer;
    readonly refusal: ProblemCode;
  }) =>
  <const Id extends string, const Path extends `/${string}`>(
    id: Id,
    path: Path,
    summary: string,
    description: string,
  ) =>
    operation({
      id,
      method: "POST",
      path,
      tag: thing.tag,
      summary,
      description: `${description} Doing it again changes nothing.`,
      scopes: ["admin"],
      role: "operator",
      params: thing.params,
      responses: { 200: thing.answer },
      problems: ["not-found", thing.refusal],
    });
