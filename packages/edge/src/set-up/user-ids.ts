import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EdgeFault } from "../edge-fault.ts";

const run = promisify(execFile);

/**
 * The numbers of a user of this machine, from wherever it keeps them.
 *
 * @throws {EdgeFault} `usage`, when there is no such user.
 */
export async function userIds(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const number = async (option: "-u" | "-g"): Promise<number> =>
    Number((await run("id", [option, "--", name], { timeout: 10_000 })).stdout);
  try {
    return { uid: await number("-u"), gid: await number("-g") };
  } catch (cause) {
    throw new EdgeFault("usage", `There is no user ${JSON.stringify(name)} on this machine.`, { cause });
  }
}
