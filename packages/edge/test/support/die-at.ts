/** For `node --import file:///…/die-at.ts?call=n`: the process kills itself at its n-th file operation or request. */
import { watchCalls } from "./watch-calls.ts";

const last = Number(new URL(import.meta.url).searchParams.get("call"));
let calls = 0;

watchCalls(() => ({
  isLast() {
    calls += 1;
    return calls === last;
  },
  opened: () => undefined,
  end() {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
}));
