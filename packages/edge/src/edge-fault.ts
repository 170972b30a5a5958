/**
 * `usage`: the command line is wrong; `access-refused`: the server refuses the token of an edge that it has
 * never served; `directory-unusable`, `port-unusable`: what the operating system does not let us have.
 */
export type EdgeFaultCode = "usage" | "access-refused" | "directory-unusable" | "port-unusable";

/** Why an edge cannot start; the message says what to do. Once it runs, it lives with whatever happens. */
export class EdgeFault extends Error {
  override readonly name = "EdgeFault";
  readonly code: EdgeFaultCode;

  constructor(code: EdgeFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
