import { CSPProvider } from "@base-ui/react/csp-provider";
import { Toast } from "@base-ui/react/toast";
import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Toasts } from "../kit/toasts.tsx";
import { useLive } from "../server/live.ts";
import { DomainSearch } from "./domain-search.tsx";
import { focusSearchOnSlash } from "./focus-search.ts";
import { MenuButton, SideMenu } from "./side-menu.tsx";
import { UserMenu } from "./user-menu.tsx";

/** Around every screen but the sign-in: the menu, the search over all domains, and who is signed in. */
export function Shell() {
  return (
    <CSPProvider disableStyleElements>
      <Toast.Provider>
        <Frame />
        <Toasts />
      </Toast.Provider>
    </CSPProvider>
  );
}

function Frame() {
  const { name } = useParams({ from: "/inside/domains/$name", shouldThrow: false }) ?? {};
  const live = useLive(name ?? null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(focusSearchOnSlash, []);
  useOnMove(path, () => setMenuOpen(false));
  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header className="top-bar">
        <MenuButton open={isMenuOpen} onToggle={() => setMenuOpen(!isMenuOpen)} ref={menuButton} />
        <DomainSearch />
        <UserMenu live={live} />
      </header>
      <SideMenu open={isMenuOpen} onClose={() => setMenuOpen(false)} button={menuButton} />
      <main id="main" className="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

/** Calls `then` after each move to another screen. */
function useOnMove(path: string, then: () => void): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    then();
  });
}
