/** What a browser does with the console: keeps its cookies, says where a request comes from. */
import type { FastifyInstance, LightMyRequestResponse } from "fastify";

type Headers = Readonly<Record<string, string>>;

export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  readonly #origin: string;

  constructor(app: FastifyInstance, origin = "http://localhost:8400") {
    this.#app = app;
    this.#origin = origin;
  }

  async ask(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    url: string,
    { body, headers = {} }: { readonly body?: object; readonly headers?: Headers } = {},
  ): Promise<LightMyRequestResponse> {
    const answer = await this.#app.inject({
      method,
      url,
      headers: {
        host: new URL(this.#origin).host,
        ...(method === "GET" ? {} : { origin: this.#origin, "x-certmill-console": "1" }),
        "sec-fetch-site": "same-origin",
        ...(this.cookies.size === 0 ? {} : { cookie: this.#cookieHeader() }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    this.#keep(answer);
    return answer;
  }

  get(url: string, headers: Headers = {}): Promise<LightMyRequestResponse> {
    return this.ask("GET", url, { headers });
  }

  signIn(name: string, password: string, headers: Headers = {}): Promise<LightMyRequestResponse> {
    return this.ask("POST", "/v1/session", { body: { name, password }, headers });
  }

  #cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep(answer: LightMyRequestResponse): void {
    for (const { name, value, maxAge } of answer.cookies) {
      if (maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
