import { freePort } from "../../tools/peers/free-port.ts";
import { startProcess } from "../../tools/peers/start-process.ts";
import { certmillProgram } from "./certmill-program.ts";

export interface SimCaProcess extends AsyncDisposable {
  readonly pid: number;
  readonly directoryUrl: string;
}

/**
 * The sim CA as a process of its own, which fetches every challenge from 127.0.0.1 and `httpPort`. It sends no
 * Retry-After, whose unit is the second: the server polls by its own steps.
 */
export async function startSimCa(httpPort: number): Promise<SimCaProcess> {
  const port = await freePort();
  const ports = ["--port", String(port), "--http-port", String(httpPort)];
  const sim = await startProcess({
    command: process.execPath,
    args: [certmillProgram, "sim", "ca", ...ports, "--retry-after", "none"],
  });
  try {
    const isReady = () => sim.output().includes("directoryUrl");
    await sim.ready({ what: "the sim CA", within: 30_000, probe: isReady });
  } catch (error) {
    await sim.stop();
    throw error;
  }
  return {
    pid: sim.pid,
    directoryUrl: `http://127.0.0.1:${port}/directory`,
    [Symbol.asyncDispose]: () => sim.stop(),
  };
}
