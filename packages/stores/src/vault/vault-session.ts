import { readFile } from "node:fs/promises";
import type { StoreAnswer } from "../store-answer.ts";
import { at, callVault, type VaultBody, type VaultCall, type VaultPlace } from "./vault-call.ts";
import type { VaultLogin } from "./vault-login.ts";

type Answer = Exclude<StoreAnswer<VaultBody>, { kind: "busy" }>;

interface Token {
  readonly text: string;
  /** Milliseconds since 1970: when two thirds of its life are over; Infinity: it has no end, or is somebody else's to renew. */
  readonly renewAt: number;
}

/** Calls with a token that is got, renewed and got anew as needed; a call is what looks at its age, so there is no timer. */
export class VaultSession {
  readonly #place: VaultPlace;
  readonly #login: VaultLogin;
  #token: Token | null = null;
  #getting: Promise<Token | Answer> | null = null;

  constructor(place: VaultPlace, login: VaultLogin) {
    this.#place = place;
    this.#login = login;
  }

  /** A token that is refused is got anew, once. */
  async call(call: VaultCall, signal: AbortSignal): Promise<Answer> {
    const token = await this.#current(signal);
    if ("kind" in token) return token;
    const answer = await callVault(this.#place, { ...call, token: token.text }, signal);
    if (answer.kind !== "refused" || answer.status !== 403) return answer;
    if (await this.isAlive(token.text, signal)) return answer;
    if (this.#token === token) this.#token = null;
    const another = await this.#current(signal);
    if ("kind" in another) return another;
    return await callVault(this.#place, { ...call, token: another.text }, signal);
  }

  /** Whether a token is one at all; what it may do is another question. */
  async isAlive(token: string, signal: AbortSignal): Promise<boolean> {
    const call = { method: "GET", path: "auth/token/lookup-self", token } as const;
    return (await callVault(this.#place, call, signal)).kind === "answered";
  }

  /** Null: there is a token, and Vault takes it; else why not. */
  async fault(signal: AbortSignal): Promise<string | null> {
    const answer = await this.call({ method: "GET", path: "auth/token/lookup-self" }, signal);
    if (answer.kind === "answered") return null;
    return `Vault does not take the token: ${answer.reason}`;
  }

  /** However many ask at once, one token is got. */
  async #current(signal: AbortSignal): Promise<Token | Answer> {
    const token = this.#token;
    if (token !== null && Date.now() < token.renewAt) return token;
    this.#getting ??= this.#get(token, signal).finally(() => {
      this.#getting = null;
    });
    const got = await this.#getting;
    if (!("kind" in got)) this.#token = got;
    return got;
  }

  async #get(old: Token | null, signal: AbortSignal): Promise<Token | Answer> {
    if (old !== null) {
      const renewed = await this.#renew(old.text, signal);
      if (renewed !== null) return renewed;
    }
    const request = await this.#loginRequest();
    if ("kind" in request) return request;
    if ("text" in request) return (await this.#renew(request.text, signal)) ?? { ...request, renewAt: never };
    const answer = await callVault(this.#place, request, signal);
    return answer.kind === "answered" ? (tokenOf(answer.value) ?? noToken) : answer;
  }

  /** Null: it is not renewable, or not any more. */
  async #renew(token: string, signal: AbortSignal): Promise<Token | null> {
    const call = { method: "POST", path: "auth/token/renew-self", body: {}, token } as const;
    const answer = await callVault(this.#place, call, signal);
    return answer.kind === "answered" ? tokenOf(answer.value) : null;
  }

  async #loginRequest(): Promise<VaultCall | Pick<Token, "text"> | Answer> {
    const login = this.#login;
    try {
      switch (login.kind) {
        case "token":
          return { text: await read(login.file) };
        case "approle": {
          const body = { role_id: await read(login.roleIdFile), secret_id: await read(login.secretIdFile) };
          return { method: "POST", path: `auth/${login.mount}/login`, body };
        }
        case "kubernetes": {
          const body = { role: login.role, jwt: await read(login.jwtFile) };
          return { method: "POST", path: `auth/${login.mount}/login`, body };
        }
      }
    } catch (error) {
      const { message } = error as NodeJS.ErrnoException;
      return { kind: "away", reason: `what one logs in to Vault with cannot be read: ${message}` };
    }
  }
}

const never = Number.POSITIVE_INFINITY;

const noToken: Answer = { kind: "away", reason: "Vault's answer to the login has no token" };

/** Null: the answer has none. A lease of 0 seconds is one without an end. */
function tokenOf(body: VaultBody): Token | null {
  const text = at(body, "auth", "client_token");
  const lease = at(body, "auth", "lease_duration");
  if (typeof text !== "string") return null;
  const seconds = typeof lease === "number" ? lease : 0;
  return { text, renewAt: seconds === 0 ? never : Date.now() + (seconds * 2_000) / 3 };
}

const read = async (path: string): Promise<string> => (await readFile(path, "utf8")).trim();
