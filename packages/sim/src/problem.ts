/** Error types of RFC 8555 section 6.7, RFC 9773 and draft-ietf-acme-profiles that this CA uses, with the HTTP status Boulder gives each. */
const HTTP_STATUS = {
  accountDoesNotExist: 400,
  alreadyReplaced: 409,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  caa: 403,
  connection: 400,
  dns: 400,
  externalAccountRequired: 403,
  invalidContact: 400,
  invalidProfile: 400,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 400,
  serverInternal: 500,
  tls: 400,
  unauthorized: 403,
  unsupportedContact: 400,
  unsupportedIdentifier: 400,
  userActionRequired: 403,
} as const;

export type ProblemType = keyof typeof HTTP_STATUS;

/** A problem document, RFC 7807 with the members of RFC 8555 section 6.7. */
export interface ProblemDocument {
  readonly type: `urn:ietf:params:acme:error:${ProblemType}`;
  readonly detail: string;
  /** HTTP status. */
  readonly status: number;
  readonly subproblems?: readonly (ProblemDocument & { readonly identifier: object })[];
  /** Of badSignatureAlgorithm: what would have been accepted. */
  readonly algorithms?: readonly string[];
}

export function problemDocument(
  type: ProblemType,
  detail: string,
  extra: Partial<Pick<ProblemDocument, "status" | "subproblems" | "algorithms">> = {},
): ProblemDocument {
  return { type: `urn:ietf:params:acme:error:${type}`, detail, status: HTTP_STATUS[type], ...extra };
}

/** A request this CA turns down. `code` is the short problem type, `document` what the client is sent. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ProblemType;
  readonly document: ProblemDocument;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemType,
    detail: string,
    {
      headers = {},
      ...extra
    }: Parameters<typeof problemDocument>[2] & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.document = problemDocument(code, detail, extra);
    this.headers = headers;
  }
}

/** What is asked for is not here. Boulder says so with type malformed and status 404. */
export const notFound = (detail: string): Refusal => new Refusal("malformed", detail, { status: 404 });
