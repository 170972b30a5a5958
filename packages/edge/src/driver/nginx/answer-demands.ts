import type { Log } from "../../log/edge-event.ts";
import { parseAskedName } from "../asked-name.ts";
import { type Door, type DoorAnswer, openDoor, say, serverAway } from "../door/open-door.ts";
import type { DriverParts } from "../driver-kind.ts";
import type { AskedPlace } from "./asked-place.ts";

type Demands = Pick<DriverParts, "certificateFor" | "knows">;

/**
 * The door at which nginx asks for names that nothing is loaded for (`demand.lua`). There are no keys behind it: what is
 * installed for a name goes into nginx's memory as everything does.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function answerDemands(place: AskedPlace, demands: Demands, log: Log): Promise<Door> {
  const answers = { "/v1/demand": (query: URLSearchParams) => answer(query, demands) };
  return await openDoor({ ...place, secret: null, what: "names that nginx does not have", answers, log });
}

/** `GET /v1/demand?name=NAME`, held for as long as a certificate may still come. */
async function answer(query: URLSearchParams, { certificateFor, knows }: Demands): Promise<DoorAnswer> {
  const name = parseAskedName(query.get("name") ?? "");
  if (name === null) return say(400, "The query has no name that is a host name.");
  if ((await certificateFor(name)) !== null) return say(200, `${name} is installed.`);
  const isKnown = await knows(name);
  if (isKnown === null) return serverAway;
  return isKnown ? say(202, `${name} has no certificate yet.`) : say(404, `${name} is not known here.`);
}
