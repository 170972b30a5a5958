import { labelPattern, type RequestFault } from "@certmill/api";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { Settings } from "typebox/system";
import { madeOnce } from "./made-once.ts";

/** The part of a request that a schema is for; the first part of a fault's path. */
export type RequestPart = "params" | "query" | "body";

export type Validation =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly RequestFault[] };

/** Nobody who reads a refusal should have to read a regular expression. */
const patternWords: ReadonlyMap<string, string> = new Map([
  [
    labelPattern,
    "may have letters, digits, dots, hyphens and underscores, and must begin with a letter or a digit",
  ],
]);

/** Faults told at once. A batch of 5,000 rows can have as many; nobody reads more than these. */
const mostFaults = 100;

Settings.Set({ maxErrors: 2 * mostFaults });

const validatorOf = madeOnce((schema: TSchema) => Compile(schema));

/** Makes the check of one part of an operation's requests: all of its faults, each with its place. */
export function validationBy(schema: TSchema, part: RequestPart): (value: unknown) => Validation {
  return (given) => {
    const validator = validatorOf(schema);
    // Only text can be written in a path or a query; a body says itself what is a number.
    const value = part === "body" ? given : validator.Convert(given);
    if (validator.Check(value)) return { ok: true, value };
    if (part === "body" && (value === undefined || value === null)) {
      return { ok: false, errors: [{ path: "body", message: "A JSON object is needed here." }] };
    }
    const errors = validator.Errors(value).flatMap((error) => faultsOf(error, part));
    return { ok: false, errors: errors.slice(0, mostFaults) };
  };
}

function faultsOf(error: TLocalizedValidationError, part: RequestPart): RequestFault[] {
  const path = part === "body" ? error.instancePath || "body" : `${part}${error.instancePath}`;
  const at = (property: string): string => (path === "body" ? `/${property}` : `${path}/${property}`);
  switch (error.keyword) {
    case "required":
      return error.params.requiredProperties.map((property) => ({
        path: at(property),
        message: "It is needed and missing.",
      }));
    case "additionalProperties":
      return error.params.additionalProperties.map((property) => ({
        path: at(property),
        message: "There is no such property or parameter.",
      }));
    // Says the same as `additionalProperties`, for the property itself.
    case "boolean":
      return [];
    case "enum":
      return [{ path, message: `It must be one of ${error.params.allowedValues.join(", ")}.` }];
    case "pattern":
      return [{ path, message: `It ${patternWords.get(String(error.params.pattern)) ?? error.message}.` }];
    default:
      return [{ path, message: `It ${error.message}.` }];
  }
}
