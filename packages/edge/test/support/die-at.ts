/** For `node --import file:///…/die-at.ts?call=n`: the process kills itself at its n-th file operation or request. */
import { watchCalls } from "./watch-calls.ts";

const last = Number(new URL(import.meta.url).searchParams.get("call"));
let calls = 0;

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

watchCalls(() => ({
  isLast() {
    calls += 1;
    return calls === last;
  },
  opened: () => undefined,
  mayClose: () => true,
  end() {
    die();
    return new Promise(() => undefined);
  },
  endNow() {
    for (;;) die();
  },
}));
