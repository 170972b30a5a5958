import { useSyncExternalStore } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "certmill.theme";
const listeners = new Set<() => void>();

const isTheme = (text: string | null): text is Theme => themes.some((theme) => theme === text);

function stored(): Theme {
  const text = localStorage.getItem(key);
  return isTheme(text) ? text : "system";
}

/** Before the first paint, so that a dark console does not flash white. */
export function applyTheme(theme: Theme = stored()): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

function choose(theme: Theme): void {
  localStorage.setItem(key, theme);
  applyTheme(theme);
  for (const listener of listeners) listener();
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  dark.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    dark.removeEventListener("change", listener);
  };
}

export function useTheme(): readonly [theme: Theme, choose: (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, stored), choose];
}

/** Whether the screen is dark now; what draws on a canvas has to draw anew when it changes. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const theme = stored();
    return theme === "system" ? dark.matches : theme === "dark";
  });
}
