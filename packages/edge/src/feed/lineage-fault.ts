/** What every item of the snapshot and of the feed has. */
interface Item {
  readonly lineageId: string;
  readonly certificateId: string | null;
  readonly names: readonly string[];
  readonly serial?: string;
}

/**
 * Ids, serials and names become file names. Whatever a server says, none of them may lead out of the agent's
 * directory or hide in it.
 *
 * @returns what is wrong, as a clause; null: nothing.
 */
export function lineageFault({ lineageId, certificateId, names, serial }: Item): string | null {
  if (!safeId.test(lineageId)) return "its id cannot be a file name";
  if (certificateId !== null && !safeId.test(certificateId))
    return "its certificate's id cannot be a file name";
  if (serial !== undefined && !/^[0-9a-f]{1,64}$/.test(serial)) return "its serial is no lower-case hex";
  if (names.length === 0) return "it has no names";
  const bad = names.find((name) => !safeName.test(name) || name.includes(".."));
  return bad === undefined ? null : `${JSON.stringify(bad)} cannot be a file name`;
}

const safeId = /^[\w-]{1,64}$/;

/** A DNS name, a wildcard or an IP address. */
const safeName = /^(\*\.)?[a-z0-9_:][a-z0-9_:.-]{0,252}$/;
