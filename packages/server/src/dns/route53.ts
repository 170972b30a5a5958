/**
 * Amazon Route 53. It has records by sets only, and takes a set away only when every text of it is told: a change that
 * takes the old set away and makes the new one is done as a whole or, when somebody else changed the set meanwhile, not.
 */
import type * as sdkTypes from "@aws-sdk/client-route-53";
import { type DnsProvider, ProviderFault, recordLifetime, type TextRecord } from "./dns-provider.ts";
import { type NextTexts, providerOfSets } from "./text-set.ts";

export interface Route53Access {
  readonly hostedZoneId: string;
  /** Both or neither: without them as the SDK finds them, in the environment or from the machine's role. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Another address than Amazon's, for a proxy before it. */
  readonly url?: string;
}

/** The set as it is: its texts in quotes. */
interface TextSet {
  readonly lifetime: number;
  readonly contents: readonly string[];
}

type Sdk = typeof sdkTypes;

export function route53(access: Route53Access): DnsProvider {
  return providerOfSets((record, next, signal) => change(access, { record, next }, signal));
}

/** Loaded on use: only those who have their zones there need it, and it is 19 MB. @throws ProviderFault */
async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@aws-sdk/client-route-53");
  } catch {
    throw new ProviderFault(
      "Route 53 needs the npm package @aws-sdk/client-route-53: install it beside Certmill's server.",
    );
  }
}

async function change(
  access: Route53Access,
  { record, next }: { readonly record: TextRecord; readonly next: NextTexts },
  signal: AbortSignal,
): Promise<void> {
  const sdk = await loadSdk();
  const { hostedZoneId, accessKeyId, secretAccessKey, url } = access;
  const client = new sdk.Route53Client({
    region: "us-east-1",
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
    ...(url === undefined ? {} : { endpoint: url }),
  });
  try {
    const old = await readSet(sdk, client, { hostedZoneId, name: record.name }, signal);
    const wanted = next(old?.contents ?? [], `"${record.text}"`);
    if (wanted === null) return;
    const setOf = ({ lifetime, contents }: TextSet) => ({
      Name: record.name,
      Type: "TXT" as const,
      TTL: lifetime,
      ResourceRecords: contents.map((Value) => ({ Value })),
    });
    const fresh = { lifetime: old?.lifetime ?? recordLifetime, contents: wanted };
    const Changes = [
      ...(old === null ? [] : [{ Action: "DELETE" as const, ResourceRecordSet: setOf(old) }]),
      ...(wanted.length === 0 ? [] : [{ Action: "CREATE" as const, ResourceRecordSet: setOf(fresh) }]),
    ];
    await client.send(
      new sdk.ChangeResourceRecordSetsCommand({ HostedZoneId: hostedZoneId, ChangeBatch: { Changes } }),
      { abortSignal: signal },
    );
  } catch (error) {
    if (signal.aborted) throw error;
    const { name, message } = error as Error;
    throw new ProviderFault(`Route 53 did not do it: ${name}: ${message}`);
  } finally {
    client.destroy();
  }
}

async function readSet(
  sdk: Sdk,
  client: sdkTypes.Route53Client,
  { hostedZoneId, name }: { readonly hostedZoneId: string; readonly name: string },
  signal: AbortSignal,
): Promise<TextSet | null> {
  const { ResourceRecordSets: sets } = await client.send(
    new sdk.ListResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      StartRecordName: name,
      StartRecordType: "TXT",
      MaxItems: 1,
    }),
    { abortSignal: signal },
  );
  const [set] = sets ?? [];
  if (set?.Name?.replace(/\.$/, "").toLowerCase() !== name || set.Type !== "TXT") return null;
  const contents = (set.ResourceRecords ?? []).map(({ Value = "" }) => Value);
  return { lifetime: set.TTL ?? recordLifetime, contents };
}
