import { keepFollowing, type LiveClient, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { LivePicture } from "./live-picture.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { QuitKey } from "./terminal/quit-key.ts";
import { ScreenView } from "./terminal/screen-view.ts";
import { styled } from "./terminal/style.ts";
import { topText } from "./terminal/top-text.ts";
import { lineWidth } from "./terminal/wrap.ts";

interface TopOptions extends ServerOptions {
  readonly once?: boolean;
}

export function registerTop(program: Command): void {
  const command = program
    .command("top")
    .description("show what goes on: what is wrong, times, the line, CAs, what happens; until q or Ctrl-C")
    .option("--once", "print how it stands and end, as where the output is no terminal")
    .action(top);
  withExamples(
    withServerOptions(command),
    "certmill top",
    "certmill top --once",
    "certmill top --json | jq .domains",
  );
}

async function top(options: TopOptions): Promise<void> {
  const client = await connect(options);
  const { json = false, once = false } = options;
  if (once || (!json && !process.stdout.isTTY)) {
    const overview = await client.call(operations.showOverview);
    if (json) return printJson(overview);
    const view = { overview, events: [], storedLastMinute: null };
    return print(topText(view, { now: Date.now(), width: lineWidth(process.stdout), height: null }));
  }
  using interruption = new Interruption();
  try {
    await (json ? followAsJson(client, interruption.signal) : followOnScreen(client, interruption.signal));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    if (json) endWith("interrupted");
  }
}

async function followAsJson(client: LiveClient, signal: AbortSignal): Promise<void> {
  for await (const { event, data } of keepFollowing(client, operations.followLive, { signal }, tellGap))
    if (event === "overview" || event === "events") await printJson({ [event]: data });
}

const tellGap = (error: unknown): void =>
  remark(`${error instanceof Error ? error.message : String(error)} Trying again.`);

/** The stream tells at most once a second; between, ages and distances go on. */
const redrawEvery = 1_000;

async function followOnScreen(client: LiveClient, signal: AbortSignal): Promise<void> {
  const quit = new AbortController();
  const end = AbortSignal.any([signal, quit.signal]);
  using screen = new ScreenView(process.stdout);
  using _key = process.stdin.isTTY ? new QuitKey(process.stdin, () => quit.abort(new Interrupted())) : null;
  const picture = new LivePicture(Date.now());
  let gap: string | null = null;
  const draw = (): void => screen.draw(screenText(picture, gap));
  const clock = setInterval(draw, redrawEvery);
  try {
    draw();
    const stream = keepFollowing(client, operations.followLive, { signal: end }, (error) => {
      gap = error instanceof Error ? error.message : String(error);
    });
    for await (const told of stream) {
      gap = null;
      picture.take(told, Date.now());
      if (told.event === "overview") draw();
    }
  } finally {
    clearInterval(clock);
  }
}

/** @param gap what keeps the stream from going on; null: it does. */
function screenText(picture: LivePicture, gap: string | null): string {
  const now = Date.now();
  const { columns, rows: height } = process.stdout;
  const width = lineWidth(process.stdout) ?? columns;
  const view = picture.view(now);
  const away = gap === null ? [] : [styled("yellow", `${printable(gap).slice(0, width - 14)} Trying again.`)];
  if (view === null) return away[0] ?? "certmill top: waiting for the server …";
  return [...away, topText(view, { now, width, height: height - away.length })].join("\n");
}
