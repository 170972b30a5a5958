import { ApiError, type Client, operations, ServerUnreachable, type Status } from "@certmill/api";
import { until } from "../../../tools/peers/until.ts";

/** Milliseconds: two cores may have other things to do. */
const patience = 240_000;
/** Often enough to see a state pass, seldom enough to leave the cores to what is watched. */
const lookEvery = 100;

/**
 * Waits until the installation's status is as wanted; a server or a database that is away is waited for too.
 *
 * @returns that status.
 */
export async function untilStatus(
  client: Client,
  what: string,
  isWanted: (status: Status) => boolean,
): Promise<Status> {
  let last: Status | null = null;
  const probe = async () => {
    const status = await statusOf(client);
    if (status !== null) last = status;
    return status !== null && isWanted(status);
  };
  try {
    await until({ what, probe, within: patience, every: lookEvery });
  } catch (cause) {
    throw new Error(`${(cause as Error).message} The last status: ${JSON.stringify(last)}`, { cause });
  }
  if (last === null) throw new Error("unreachable");
  return last;
}

/** Waits until every name is active and the edge has said that it serves them all. */
export const untilServed = (client: Client, names: number, edge: string): Promise<Status> =>
  untilStatus(
    client,
    `${names} names to be active and served by ${edge}`,
    ({ domains, edges }) =>
      domains.active === names && edges.some(({ name, behind }) => name === edge && behind === 0),
  );

/** Waits until every name is active. */
export const untilActive = (client: Client, names: number): Promise<Status> =>
  untilStatus(client, `${names} names to be active`, ({ domains }) => domains.active === names);

/** `null`: the server or its database is away. */
async function statusOf(client: Client): Promise<Status | null> {
  try {
    return await client.call(operations.showStatus);
  } catch (error) {
    if (error instanceof ServerUnreachable) return null;
    if (error instanceof ApiError && error.code === "database-unavailable") return null;
    throw error;
  }
}
