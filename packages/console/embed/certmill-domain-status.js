/**
 * `<certmill-domain-status server="https://certmill.example.com" domain="shop.example.com" token="…">`: how a
 * domain's certificate stands, for the page of a hosting panel. One file without dependencies: copy it, or load it
 * from a Certmill server's `/embed/certmill-domain-status.js`. docs/embed.md has its attributes, its look and its
 * events.
 *
 * What the server says is put in as text, never as markup.
 */

/**
 * The answer of `GET /v1/domains/{name}/status`.
 * @typedef {object} DomainStatus
 * @property {string} name
 * @property {string | null} unicodeName
 * @property {boolean} works
 * @property {keyof typeof words} state
 * @property {string} sentence
 * @property {string | null} change
 * @property {string[]} expected
 * @property {string[]} found
 * @property {string} since
 * @property {string | null} nextTryAt
 * @property {string | null} validUntil
 */

const words = {
  working: "Secure",
  "in-progress": "In progress",
  "action-needed": "Needs a change",
  trouble: "Delayed",
  off: "Off",
};

/** Paths of 16 by 16 icons; a state is never told by its colour alone. */
const icons = {
  working: "M4 8.5 7 11.5 12.5 5",
  "in-progress": "M8 4.5V8l2.5 2",
  "action-needed": "M8 4v5M8 11.5v.5",
  trouble: "M8 4v5M8 11.5v.5",
  off: "M5 8h6",
};

/** Seconds until it is asked again, by state; the server keeps an answer for ten. */
const pace = { working: 300, "in-progress": 10, "action-needed": 30, trouble: 60, off: 300 };
const longestPause = 300;

const style = new CSSStyleSheet();
style.replaceSync(`
  :host {
    --good: var(--certmill-good, light-dark(#157347, #5fd39a));
    --busy: var(--certmill-busy, light-dark(#0b5cad, #7cb8f5));
    --bad: var(--certmill-bad, light-dark(#b3261e, #ff9d94));
    --text: var(--certmill-text, light-dark(#1d2430, #e6e9ef));
    --muted: var(--certmill-muted, light-dark(#5b6472, #a3acba));
    display: block;
    color-scheme: light dark;
    color: var(--text);
    font: var(--certmill-font, 0.9375rem/1.5 system-ui, sans-serif);
    background: var(--certmill-background, light-dark(#fff, #171b22));
    border: 1px solid var(--certmill-border, light-dark(#d5dae2, #343b47));
    border-radius: var(--certmill-radius, 8px);
    padding: 0.875em 1em;
  }
  :host([hidden]) { display: none; }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.5em; }
  .name { font-weight: 600; overflow-wrap: anywhere; }
  .state { display: inline-flex; align-items: center; gap: 0.3em; margin-inline-start: auto; font-weight: 600; }
  .working { color: var(--good); }
  .in-progress { color: var(--busy); }
  .action-needed, .trouble, .fault { color: var(--bad); }
  .off { color: var(--muted); }
  svg { width: 1.125em; height: 1.125em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6;
    stroke-linecap: round; stroke-linejoin: round; }
  p { margin: 0.4em 0 0; }
  .change { padding-inline-start: 0.75em; border-inline-start: 3px solid var(--bad); }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1em 0.75em; margin: 0.5em 0 0; }
  dt, .after { color: var(--muted); }
  dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 0.9em; }
  .after { font-size: 0.875em; }
  button { font: inherit; font-size: 0.875em; color: inherit; background: none; cursor: pointer; margin-top: 0.5em;
    border: 1px solid currentColor; border-radius: 5px; padding: 0.1em 0.6em; }
  button:focus-visible { outline: 2px solid var(--busy); outline-offset: 2px; }
`);

export class CertmillDomainStatus extends HTMLElement {
  static observedAttributes = ["server", "domain", "token"];

  /** What is drawn in; nothing in it is the page's. */
  #root = this.attachShadow({ mode: "open" });
  /** Ends what is under way, the pause included. */
  #life = new AbortController();
  /** @type {DomainStatus | null} the last answer; null: none yet. */
  #status = null;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
  }

  connectedCallback() {
    this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /**
   * @param {string} _name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(_name, before, now) {
    if (before === now || !this.isConnected) return;
    this.#status = null;
    this.#start();
  }

  /** @returns {DomainStatus | null} the last answer of the server; null: there is none yet. */
  get status() {
    return this.#status;
  }

  #start() {
    this.#life.abort();
    this.#life = new AbortController();
    this.#draw([element("p", { class: "after" }, "Looking at the certificate …")]);
    const { signal } = this.#life;
    this.#follow(signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    for (let failures = 0; !signal.aborted; ) {
      await shown(signal);
      const answer = await this.#ask(signal);
      signal.throwIfAborted();
      if (answer.kind === "status") this.#tell(answer.status);
      else this.#fail(answer.message);
      if (answer.kind === "refused") return;
      failures = answer.kind === "status" ? 0 : failures + 1;
      const wait =
        answer.kind === "status"
          ? (pace[answer.status.state] ?? 30)
          : Math.min(longestPause, 5 * 2 ** failures);
      // Spread, as a page may have many of them.
      await pause(wait * (900 + Math.random() * 200), signal);
    }
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<{ kind: "status", status: DomainStatus } | { kind: "refused" | "away", message: string }>}
   */
  async #ask(signal) {
    const server = this.getAttribute("server") ?? "";
    const domain = this.getAttribute("domain") ?? "";
    const token = this.getAttribute("token") ?? "";
    if (domain === "") return { kind: "refused", message: "No domain is named." };
    const url = `${server.replace(/\/$/, "")}/v1/domains/${encodeURIComponent(domain)}/status`;
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}` },
        credentials: "omit",
        signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
      });
      if (response.ok) return { kind: "status", status: await response.json() };
      if (response.status === 404) return { kind: "refused", message: `${domain} is not known here.` };
      if (response.status < 500 && response.status !== 429)
        return { kind: "refused", message: "This page may not look at the certificate." };
    } catch {
      signal.throwIfAborted();
    }
    return { kind: "away", message: "How the certificate stands is not known at the moment." };
  }

  /** @param {DomainStatus} status */
  #tell(status) {
    const isNew = JSON.stringify(status) !== JSON.stringify(this.#status);
    this.#status = status;
    if (!isNew) return;
    this.#draw(statusParts(status));
    this.dispatchEvent(new CustomEvent("certmill-status", { detail: status, bubbles: true, composed: true }));
  }

  /** What was there before stays, with a remark. @param {string} message */
  #fail(message) {
    const known = this.#status === null ? [] : statusParts(this.#status);
    this.#draw([...known, element("p", { class: "fault", part: "fault" }, message)]);
  }

  /** @param {Node[]} parts */
  #draw(parts) {
    const live = element("div", { role: "status" }, ...parts);
    this.#root.replaceChildren(live);
  }
}

/**
 * @param {DomainStatus} status
 * @returns {Node[]}
 */
function statusParts(status) {
  const { name, unicodeName, state, sentence, change, expected, found } = status;
  const parts = [
    element(
      "header",
      {},
      element("span", { class: "name", part: "name" }, unicodeName ?? name),
      element("span", { class: `state ${state}`, part: "state" }, icon(state), words[state] ?? state),
    ),
    element("p", { part: "sentence" }, sentence),
  ];
  if (change !== null) parts.push(element("p", { class: "change", part: "change" }, change));
  if (found.length > 0 || expected.length > 0) parts.push(comparison(expected, found));
  if (change !== null) parts.push(copyButton([change, ...expected].join("\n")));
  const after = afterText(status);
  if (after !== null) parts.push(element("p", { class: "after", part: "after" }, after));
  return parts;
}

/**
 * @param {string[]} expected
 * @param {string[]} found
 */
function comparison(expected, found) {
  /** @param {string[]} values */
  const values = (values) => (values.length === 0 ? "nothing" : values.join(", "));
  return element(
    "dl",
    { part: "comparison" },
    element("dt", {}, "Is now"),
    element("dd", {}, values(found)),
    element("dt", {}, "Should be"),
    element("dd", {}, values(expected)),
  );
}

/** @param {string} text */
function copyButton(text) {
  const button = element("button", { type: "button", part: "button" }, "Copy");
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(text).then(
      () => button.replaceChildren("Copied"),
      () => button.replaceChildren("Copying was not allowed"),
    );
  });
  return button;
}

/**
 * @param {DomainStatus} status
 * @returns {string | null}
 */
function afterText({ state, nextTryAt, validUntil }) {
  if (state !== "working" && nextTryAt !== null) return `Looked at again ${when(nextTryAt)}.`;
  return validUntil === null ? null : `Valid until ${when(validUntil)}; it is renewed by itself.`;
}

/** In the reader's language and time zone. @param {string} instant */
const when = (instant) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));

/** @param {keyof typeof icons} state */
function icon(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  for (const path of ["M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13", icons[state] ?? icons.off]) {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
  }
  return svg;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Resolves once the page is being looked at: one in the background asks nothing. @param {AbortSignal} signal */
async function shown(signal) {
  while (document.visibilityState === "hidden")
    await new Promise((resolve, reject) => {
      document.addEventListener("visibilitychange", resolve, { once: true, signal });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

customElements.define("certmill-domain-status", CertmillDomainStatus);
