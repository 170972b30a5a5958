/**
 * Connections to webhooks' endpoints: a name is looked up, its addresses are examined, and one of those is connected to,
 * so that nothing can be rebound in between.
 */
import { type LookupAddress, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { type AddressRange, type Duration, isWithin, mayReach, parseAddress } from "@certmill/domain";
import { buildConnector } from "undici";

/** An address that is not to be connected to. */
export class TargetRefused extends Error {
  readonly code = "target-refused";
}

/** @param allowed ranges that are not on the public internet and may be reached all the same, and without TLS. */
export function webhookConnector(
  allowed: readonly AddressRange[],
  timeout: Duration,
): buildConnector.connector {
  const within = (address: string): boolean => {
    const parsed = parseAddress(address);
    return parsed !== null && isWithin(parsed, allowed);
  };
  const reachable = (address: string): boolean => {
    const parsed = parseAddress(address);
    return parsed !== null && mayReach(parsed, allowed);
  };
  const plain = connectorTo(
    within,
    "Without TLS (http:) only addresses of webhook_allowed_ranges are sent to.",
    timeout,
  );
  const secure = connectorTo(
    reachable,
    "Its address is not on the public internet, and not in webhook_allowed_ranges.",
    timeout,
  );
  return (options, callback) => (options.protocol === "https:" ? secure : plain)(options, callback);
}

function connectorTo(
  may: (address: string) => boolean,
  refusal: string,
  timeout: Duration,
): buildConnector.connector {
  const connect = buildConnector({ timeout, lookup: examined(may, refusal) });
  return (options, callback) => {
    const host = options.hostname.replaceAll(/^\[|\]$/g, "");
    // An address is not looked up.
    if (isIP(host) !== 0 && !may(host)) return callback(new TargetRefused(refusal), null);
    connect(options, callback);
  };
}

const examined =
  (may: (address: string) => boolean, refusal: string): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const good = found.filter(({ address }) => may(address));
      const [first] = good;
      if (first === undefined) return callback(new TargetRefused(refusal), []);
      if (options.all === true) callback(null, good);
      else callback(null, first.address, first.family);
    });
  };
