import { styleText } from "node:util";

export type Emphasis = "bold" | "dim" | "green" | "yellow" | "red";

/** Emphasis where the stream shows it: not when piped, not with NO_COLOR. */
export function styled(
  emphasis: Emphasis,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(emphasis, text, { stream });
}

/** How a domain's state is shown. */
export function stateEmphasis(state: string): Emphasis {
  if (state === "active") return "green";
  if (state === "failed" || state === "failing" || state === "paused") return "red";
  return state === "removed" || state === "moved" ? "dim" : "yellow";
}
