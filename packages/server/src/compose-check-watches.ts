/** When names are looked at, where they are checked. */
import { minutes, seconds, usualLife } from "@certmill/domain";
import type { NameChecks } from "./compose-checks.ts";
import { baseOf, type WatchParts } from "./compose-watch-parts.ts";
import { observeChecks } from "./observe/check-events.ts";
import { beginLooks } from "./store/check/begin-looks.ts";
import { type CheckNames, watchChecks } from "./work/check-watch.ts";
import { quickLook } from "./work/quick-look.ts";
import type { Rounds } from "./work/rounds.ts";

/** More at once than issuances: a check mostly waits for others. */
const checkConcurrency = 64;
/** Well over what a check takes at most. */
const checkLease = minutes(3);

interface Checking {
  wake(): void;
  stop(): Promise<void>;
}

export function startChecking(parts: WatchParts, { check, seemsMended }: NameChecks): Checking {
  const base = baseOf(parts, "check.error", "a look at names met an error; it is made again");
  const watch = startCheckWatch(parts, check);
  const look = quickLook({ ...base, seemsMended });
  const begun = beginLooks(base.db, base.clock.now()).then(() => watch.wake(), base.onError);
  return {
    wake: () => {
      watch.wake();
      look.wake();
    },
    stop: async () => {
      await begun;
      await look.stop();
      await watch.stop();
    },
  };
}

function startCheckWatch(parts: WatchParts, check: CheckNames): Rounds {
  const { config, metrics, log } = parts;
  return watchChecks({
    ...baseOf(parts, "check.error", "a check met an error; it is made again after its lease"),
    check,
    life: config.life ?? usualLife,
    concurrency: checkConcurrency,
    lease: checkLease,
    pollEvery: config.pollEvery ?? seconds(1),
    onChecked: observeChecks(metrics, log),
  });
}
