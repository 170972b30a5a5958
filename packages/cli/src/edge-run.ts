import type { Command } from "commander";
import { withExamples } from "./examples.ts";
import { handOver } from "./hand-over.ts";
import { runEdge } from "./processes.ts";

export function registerEdgeRun(edge: Command): void {
  const command = edge
    .command("run")
    .description("run the agent beside a reverse proxy: it brings the edge group's certificates to files");
  handOver(command, runEdge);
  withExamples(
    command,
    'certmill edge run --server https://certmill.example.com --token-file edge-token --name paris-1 --dir /etc/certmill --reload "nginx -s reload"',
  );
}
