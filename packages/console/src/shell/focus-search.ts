export const searchId = "domain-search";

/** `/` goes to the search from wherever nothing is being typed. Returns how to end it. */
export function focusSearchOnSlash(): () => void {
  function listen(event: KeyboardEvent): void {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    document.getElementById(searchId)?.focus();
  }
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
