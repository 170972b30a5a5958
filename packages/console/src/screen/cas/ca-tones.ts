import type { Ca } from "@certmill/api";
import type { Tone } from "../../kit/mark.tsx";

export const caTones: Readonly<Record<Ca["state"], Tone>> = { well: "good", slow: "warn", failing: "bad" };

type PageStatus = NonNullable<Ca["statusPage"]>["status"];

export const statusTones: Readonly<Record<PageStatus, Tone>> = {
  fine: "good",
  degraded: "warn",
  down: "bad",
};
