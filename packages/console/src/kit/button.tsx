import type { ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: "plain" | "main" | "danger" | "quiet";
  readonly icon?: IconName;
  /** It waits for the server: it keeps its size and takes no further press. */
  readonly busy?: boolean;
}

export function Button({ look = "plain", icon, busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look}`}
      aria-busy={busy || undefined}
      disabled={rest.disabled === true || busy}
    >
      {icon === undefined ? null : <Icon name={busy ? "busy" : icon} />}
      {children}
    </button>
  );
}
