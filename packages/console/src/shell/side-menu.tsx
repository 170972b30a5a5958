import { Link } from "@tanstack/react-router";
import { type RefObject, useEffect } from "react";
import { Icon } from "../kit/icon.tsx";
import { useMay } from "../server/session.ts";
import { navigation } from "./navigation.ts";

interface SideMenuProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Where the focus goes back to when it is closed by a key. */
  readonly button: RefObject<HTMLButtonElement | null>;
}

/** At the side of wide screens; on narrow ones it lies over the screen while it is open. */
export function SideMenu({ open, onClose, button }: SideMenuProps) {
  const may = useMay();
  useEffect(() => {
    if (!open) return;
    const listen = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      onClose();
      button.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [open, onClose, button]);
  return (
    <>
      {open ? <div className="side-shade" onClick={onClose} aria-hidden="true" /> : null}
      <nav id="side-menu" className="side-menu" aria-label="Screens" data-open={open || undefined}>
        <Link to="/" className="brand">
          <img src="/console/mark.svg" alt="" width="24" height="24" />
          Certmill
        </Link>
        {navigation.map(({ label, places }) => {
          const open = places.filter(({ needs }) => may(needs));
          if (open.length === 0) return null;
          return (
            <div key={label} className="side-group">
              <h2 className="side-label">{label}</h2>
              <ul>
                {open.map((place) => (
                  <li key={place.to}>
                    <Link to={place.to} className="side-link" activeOptions={{ exact: place.to === "/" }}>
                      {place.label}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
        <p className="side-note">All times and days are UTC.</p>
      </nav>
    </>
  );
}

interface MenuButtonProps {
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly ref: RefObject<HTMLButtonElement | null>;
}

export function MenuButton({ open, onToggle, ref }: MenuButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="icon-button menu-button"
      aria-expanded={open}
      aria-controls="side-menu"
      aria-label="Menu"
      onClick={onToggle}
    >
      <Icon name="menu" />
    </button>
  );
}
