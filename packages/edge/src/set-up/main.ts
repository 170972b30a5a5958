/** Apart from the agent, which is to be there soon and loads none of this. */
export { EdgeFault } from "../edge-fault.ts";
export { installCommand } from "./install-command.ts";
