import { type Static, Type } from "typebox";

/** One fault of a request. */
export const RequestFault = Type.Object({
  path: Type.String({ description: "Where: a JSON Pointer into the body, or `query/limit`, `params/name`." }),
  message: Type.String({ description: "What is wrong, as a sentence." }),
});
export type RequestFault = Static<typeof RequestFault>;

/** A problem document, `application/problem+json` (RFC 9457). */
export const Problem = Type.Object({
  type: Type.String({ description: "Stable URI of the problem's type." }),
  title: Type.String({ description: "The problem's type as a sentence." }),
  status: Type.Integer({ description: "The HTTP status." }),
  detail: Type.String({ description: "What happened this time, and what to do about it." }),
  code: Type.String({ description: "Stable code to branch on; the last part of `type`." }),
  errors: Type.Optional(Type.Array(RequestFault, { description: "Every fault of the request." })),
  termsOfService: Type.Optional(
    Type.String({ description: "With `terms-not-agreed`: where the CA's terms are." }),
  ),
});
export type Problem = Static<typeof Problem>;
