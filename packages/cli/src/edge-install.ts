import type { Command } from "commander";
import { withExamples } from "./examples.ts";
import { handOver } from "./hand-over.ts";
import { installEdge } from "./processes.ts";

export function registerEdgeInstall(edge: Command): void {
  const command = edge
    .command("install")
    .description("show or write the files that a reverse proxy needs beside the agent");
  handOver(command, installEdge);
  withExamples(
    command,
    "certmill edge install nginx --dry-run",
    "certmill edge install nginx --apply --memory 512m",
    "certmill edge install nginx --mode files --apply",
    "certmill edge install haproxy --apply --agent-user certmill",
  );
}
