import { useState } from "react";
import { Button } from "./button.tsx";

interface CopyButtonProps {
  readonly text: string;
  readonly children: string;
}

/** Puts a text on the clipboard and says so in its own place. */
export function CopyButton({ text, children }: CopyButtonProps) {
  const [state, setState] = useState<"ready" | "copied" | "refused">("ready");
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      // Browsers give the clipboard to pages over HTTPS and on loopback only.
      setState("refused");
    }
    setTimeout(() => setState("ready"), 3_000);
  }
  const words = { ready: children, copied: "Copied", refused: "Select the text and copy it" }[state];
  return (
    <Button icon={state === "copied" ? "good" : "copy"} onClick={() => void copy()}>
      <span aria-live="polite">{words}</span>
    </Button>
  );
}
