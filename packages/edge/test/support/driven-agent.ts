import type { Agent, ServedCertificate } from "../../src/agent.ts";
import type { Driver } from "../../src/driver/driver.ts";
import type { EdgeServer } from "./edge-server.ts";
import { type RunningAgent, runAgent, temporaryDirectory } from "./running-agent.ts";

export interface DrivenAgent<D> extends AsyncDisposable {
  readonly driver: D;
  readonly running: RunningAgent;
  /** Where its certificates are. */
  readonly directory: string;
}

type CertificateFor = (name: string) => Promise<ServedCertificate | null>;
type MayOrder = (name: string) => Promise<boolean | null>;

export interface DriveRequest<D> {
  readonly server: EdgeServer;
  readonly openDriver: (certificateFor: CertificateFor, mayOrder: MayOrder) => Promise<D>;
  /** Where handshakes prove; null: nowhere. */
  readonly proveAt?: { readonly host: string; readonly port: number } | null;
  /** Whether a name has one certificate there; by default it may have both of a pair. */
  readonly onePerName?: boolean;
  /** One that is there already; by default one of its own. */
  readonly directory?: string;
}

/** A driver whose proxy asks for certificates, with an agent that has them, put together as the command does. */
export async function driveAgent<D extends Driver & AsyncDisposable>(
  request: DriveRequest<D>,
): Promise<DrivenAgent<D>> {
  await using opened = new AsyncDisposableStack();
  const directory = request.directory ?? opened.use(await temporaryDirectory()).path;
  const agent = Promise.withResolvers<Agent>();
  // Who asks before the agent has been opened waits until then.
  const certificateFor = async (name: string) => (await agent.promise).servedFor(name);
  const mayOrder = async (name: string) => (await agent.promise).mayOrder(name);
  const driver = opened.use(await request.openDriver(certificateFor, mayOrder));
  const running = opened.use(
    await runAgent(request.server, directory, {
      proxy: {
        kind: "driver",
        driver,
        pace: 1_000,
        onePerName: request.onePerName ?? false,
        switchesWithin: 200,
        lookEvery: 20,
        reconcileEvery: 60_000,
      },
      proveAt: request.proveAt ?? null,
    }),
  );
  agent.resolve(running.agent);
  const lifetime = opened.move();
  return { driver, running, directory, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
