import type { Socket } from "node:net";
import type { Resource } from "../ca/urls.ts";
import type { Reply } from "../http/reply.ts";
import type { FinishedReply } from "./finished-reply.ts";

/** Bytes in place of a response that HTTP's rules were kept for. */
export interface RawBytes {
  readonly raw: Buffer;
  /** When the bytes have gone: the connection is cut, or it is the function's from there on. */
  readonly afterwards: "close" | ((connection: Socket) => void);
}

/** The reply of a request that is not looked at: nothing is done, and its nonce stays good. */
export interface Instead {
  readonly instead: Reply;
  readonly nonce: "fresh" | "none";
}

/** What becomes of a reply: all is done as it was asked for, but this is what the client sees of it. */
export type ReplyAlteration = (reply: FinishedReply) => FinishedReply | RawBytes;

/** How the CA departs from its manners in one reply. */
export type Alteration = ReplyAlteration | Instead;

/** Alterations that wait for their requests. */
export class Alterations {
  readonly #planned: { readonly resource: Resource; readonly alteration: Alteration }[] = [];

  /** The next request for `resource` that has none planned yet gets this one. */
  plan(resource: Resource, alteration: Alteration): void {
    this.#planned.push({ resource, alteration });
  }

  /** The alteration of this request's reply; `null`: none. */
  take(resource: Resource): Alteration | null {
    if (this.#planned.length === 0) return null;
    const index = this.#planned.findIndex((each) => each.resource === resource);
    const [planned] = index === -1 ? [] : this.#planned.splice(index, 1);
    return planned?.alteration ?? null;
  }
}
