/** The agent as `certmill edge run` starts it, in a process of its own. */
import { edgeCommand } from "../../src/main.ts";

await edgeCommand(process.argv.slice(2));
