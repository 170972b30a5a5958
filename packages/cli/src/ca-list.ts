import { type Ca, operations } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { distanceText } from "./terminal/time-text.ts";

export function registerCaList(ca: Command): void {
  const command = ca.command("list").description("list the CAs").action(listCas);
  withExamples(withServerOptions(command), "certmill ca list");
}

async function listCas(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listCas,
    columns,
    none: "No CA yet. Add one: certmill ca add letsencrypt --contact ops@example.com --agree-tos",
  });
}

const columns: readonly Column<Ca>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "DEFAULT", cell: (ca) => (ca.default ? "yes" : "") },
  { head: "WEIGHT", cell: ({ weight }) => String(weight), align: "right" },
  { head: "ORDERS", cell: ({ maxOrdersInFlight }) => String(maxOrdersInFlight), align: "right" },
  { head: "LIMITS", cell: ({ limits }) => limits },
  { head: "PROFILE", cell: ({ profile }) => profile ?? "" },
  {
    head: "STATE",
    cell: ({ state, stateUntil, statusPage }) =>
      stateUntil !== null
        ? `${state}, ${distanceText(stateUntil, Date.now())}`
        : statusPage === null || statusPage.status === "fine"
          ? state
          : `${state}; its page: ${statusPage.status}`,
    emphasis: ({ state }) => (state === "well" ? "green" : "yellow"),
  },
  { head: "DIRECTORY", cell: ({ directory }) => directory },
];
