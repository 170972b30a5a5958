import { useEffect, useState } from "react";
import { useIsDark } from "../shell/theme.ts";

/** What charts are drawn with; a canvas takes no custom properties, so they are read from the page. */
const names = [
  "series-1",
  "series-2",
  "series-3",
  "series-4",
  "series-before",
  "bad",
  "line",
  "ink-soft",
] as const;

export type Colour = (typeof names)[number];
export type Colours = Readonly<Record<Colour, string>>;

/** The colours of the theme as it is now; null before the page is drawn. */
export function useColours(): Colours | null {
  const isDark = useIsDark();
  const [colours, setColours] = useState<Colours | null>(null);
  useEffect(() => setColours(readColours()), [isDark]);
  return colours;
}

function readColours(): Colours {
  const probe = document.createElement("span");
  // Else each would be read at the beginning of its way from the one before.
  probe.style.transition = "none";
  document.body.append(probe);
  const read = (name: Colour): readonly [Colour, string] => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  };
  const colours = Object.fromEntries(names.map(read)) as Record<Colour, string>;
  probe.remove();
  return colours;
}
