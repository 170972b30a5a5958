/**
 * `usage`: the command line is wrong; `access-refused`: the server refuses the token of an edge that it has
 * never served; `directory-unusable`, `port-unusable`: what the operating system does not let us have. When a proxy is
 * set up: `files-edited`, somebody changed what is to be replaced; `configuration-refused`, the proxy does not take it;
 * `program-missing`.
 */
export type EdgeFaultCode =
  | "usage"
  | "access-refused"
  | "directory-unusable"
  | "port-unusable"
  | "files-edited"
  | "configuration-refused"
  | "program-missing";

/** Why an edge cannot start, or not be set up; the message says what to do. Once it runs, it lives with whatever happens. */
export class EdgeFault extends Error {
  override readonly name = "EdgeFault";
  readonly code: EdgeFaultCode;

  constructor(code: EdgeFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
