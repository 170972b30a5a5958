import { type ExaminationFinding, note, right, wrong } from "./examination-finding.ts";
import type { CaFacts } from "./installation-facts.ts";
import { spanText } from "./span-text.ts";

/** Whether each CA can be ordered from. */
export function judgeCas(cas: readonly CaFacts[]): readonly ExaminationFinding[] {
  if (cas.length > 0) return cas.flatMap(judgeCa);
  return [
    wrong("cas", "ca-missing", {
      sentence: "There is no CA to order from.",
      fix: "Add one: certmill ca add letsencrypt --contact ops@example.com --agree-tos",
    }),
  ];
}

function judgeCa({ name, directory, ...standing }: CaFacts): readonly ExaminationFinding[] {
  if (directory.kind === "away")
    return [
      wrong("cas", "ca-away", {
        sentence: `${name} cannot be reached: ${directory.reason}.`,
        fix: "Look at its status page, and whether this machine may connect to it (firewall, proxy, DNS, its root certificate).",
      }),
    ];
  const troubles = [...resting(name, standing), ...spent(name, standing)];
  if (troubles.length > 0) return troubles;
  return [right("cas", "ca-answers", `${name} answers in ${spanText(directory.took)} and takes orders.`)];
}

type Standing = Omit<CaFacts, "name" | "directory">;

function resting(name: string, { getsOrders, statusPage }: Standing): readonly ExaminationFinding[] {
  if (!getsOrders)
    return [
      wrong("cas", "ca-rests", {
        sentence: `${name} gets no orders now: most of what was asked of it failed.`,
        fix: "certmill report failures says of what; one order at a time tries it out.",
      }),
    ];
  if (statusPage === null || statusPage === "fine") return [];
  return [
    note("cas", "ca-troubled", {
      sentence: `${name}'s status page says that it is ${statusPage === "down" ? "down" : "troubled"}.`,
      fix: null,
    }),
  ];
}

function spent(name: string, { ordersLeft }: Standing): readonly ExaminationFinding[] {
  if (ordersLeft === null || ordersLeft > 0) return [];
  return [
    note("cas", "ca-spent", {
      sentence: `${name}'s limit of new orders is spent for now.`,
      fix: "certmill budget says when it refills and who spent it.",
    }),
  ];
}
