import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { pathText } from "./terminal/path-text.ts";
import { print, printJson } from "./terminal/print.ts";

export function registerEdgeDoctor(edge: Command): void {
  const command = edge
    .command("doctor")
    .description(
      "follow a name's challenge from DNS through the edge to the responder, and say where it breaks",
    )
    .argument("<name>", "the DNS name of a domain")
    .action(followPath);
  withExamples(withServerOptions(command), "certmill edge doctor shop.example.com");
}

/** The server looks, and has its vantage points look: from where a command runs, names may lead elsewhere. */
async function followPath(name: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const path = await client.call(operations.followPath, { params: { name } });
  if (!path.right) endWith("failed");
  await (options.json === true ? printJson(path) : print(pathText(path)));
}
