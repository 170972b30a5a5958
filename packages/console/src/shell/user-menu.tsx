import { Menu } from "@base-ui/react/menu";
import { operations } from "@certmill/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Icon, type IconName } from "../kit/icon.tsx";
import { useNotify } from "../kit/notify.ts";
import { sentenceOf } from "../server/act.ts";
import { client } from "../server/client.ts";
import type { LiveState } from "../server/live.ts";
import { useSession } from "../server/session.ts";
import { type Theme, themes, useTheme } from "./theme.ts";

const themeWords: Readonly<Record<Theme, readonly [string, IconName]>> = {
  system: ["As the system has it", "screen"],
  light: ["Light", "sun"],
  dark: ["Dark", "moon"],
};

const liveWords: Readonly<Record<LiveState, string>> = {
  open: "Live",
  connecting: "Connecting",
  lost: "Not live",
};

/** Who is signed in, whether what is on screen is live, the theme, and the way out. */
export function UserMenu({ live }: { readonly live: LiveState }) {
  const session = useSession();
  const [theme, choose] = useTheme();
  const signOut = useSignOut();
  return (
    <div className="top-end">
      <span className={`live live-${live}`} role="status">
        <span className="live-dot" aria-hidden="true" />
        {liveWords[live]}
      </span>
      <Menu.Root>
        <Menu.Trigger className="button button-quiet user-button">
          <Icon name="person" />
          <span className="user-name">{session?.displayName ?? "…"}</span>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="menu-positioner" sideOffset={4} align="end">
            <Menu.Popup className="menu">
              <p className="menu-note">
                {session?.who} · {session?.role}
                {session?.tenant == null ? "" : ` · tenant ${session.tenant}`}
              </p>
              <Menu.RadioGroup value={theme} onValueChange={choose}>
                {themes.map((each) => (
                  <Menu.RadioItem key={each} value={each} className="menu-item" closeOnClick={false}>
                    <Icon name={themeWords[each][1]} />
                    {themeWords[each][0]}
                    <Menu.RadioItemIndicator className="menu-tick">
                      <Icon name="good" />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <Menu.Separator className="menu-line" />
              <Menu.Item className="menu-item" onClick={() => void signOut()}>
                <Icon name="moved" />
                Sign out
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}

function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  return async () => {
    try {
      const { providerUrl } = await client.call(operations.signOut);
      queries.clear();
      if (providerUrl === null) await navigate({ to: "/sign-in" });
      else location.assign(providerUrl);
    } catch (error) {
      notify.bad(sentenceOf(error));
    }
  };
}
