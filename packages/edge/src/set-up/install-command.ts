import { parseArgs } from "node:util";
import { EdgeFault } from "../edge-fault.ts";
import { diskFault } from "../install/disk-fault.ts";
import { applySetup } from "./apply-setup.ts";
import { type ComparedFile, compareFiles, fileDiff } from "./compare-files.ts";
import { haproxySetupKind } from "./haproxy/haproxy-setup.ts";
import { nginxSetupKind } from "./nginx/nginx-setup.ts";
import type { SetupKind } from "./setup.ts";
import { setupJson, setupText } from "./setup-text.ts";

const kinds: Readonly<Record<string, SetupKind>> = {
  nginx: nginxSetupKind,
  haproxy: haproxySetupKind,
};

const usage = `Usage: certmill edge install PROXY [--dry-run | --apply] [options]

Shows the files that a reverse proxy needs beside the agent, and what would
change in them; with --apply writes them, has the proxy check its
configuration, and puts everything back when it does not take it.

Proxies:
${Object.entries(kinds)
  .map(([name, { summary }]) => `  ${name.padEnd(22)} ${summary}\n`)
  .join("")}
  --dry-run              write nothing (this is what is done without --apply)
  --apply                write the files
  --overwrite            with --apply: also those that were changed by hand,
                         which are kept beside as FILE.bak
  --json                 print JSON
`;

/**
 * `certmill edge install`.
 *
 * @param argv what follows it on the command line.
 * @throws {EdgeFault} when it cannot be done; nothing is changed then.
 */
export async function installCommand(argv: readonly string[]): Promise<void> {
  const choice = parse(argv);
  if (choice === null) return;
  const { kind, values, apply, overwrite, json } = choice;
  const setup = await kind.plan(values);
  const compared = await atDisk(() => compareFiles(setup));
  if (apply) {
    if (!overwrite) demandNoneEdited(compared);
    await atDisk(() => applySetup(setup, compared));
  }
  const shown = { setup, compared, applied: apply };
  process.stdout.write(json ? `${JSON.stringify(setupJson(shown))}\n` : setupText(shown));
}

interface Choice {
  readonly kind: SetupKind;
  readonly values: ReadonlyMap<string, string>;
  readonly apply: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** @returns null when only the usage was asked for, which is printed. */
function parse(argv: readonly string[]): Choice | null {
  const [name = ""] = argv;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (["", "-h", "--help"].includes(name) || (kind !== undefined && argv.some(isHelp))) {
    if (name === "") throw new EdgeFault("usage", `Name a proxy: ${Object.keys(kinds).join(", ")}.`);
    process.stdout.write(kind === undefined ? usage : `${usage}\n${kind.usage}`);
    return null;
  }
  if (kind === undefined) {
    const known = Object.keys(kinds).join(", ");
    throw new EdgeFault(
      "usage",
      `There is no proxy ${JSON.stringify(name)} to install for. Known: ${known}.`,
    );
  }
  const { apply, "dry-run": dryRun, overwrite, json, ...values } = readFlags(argv.slice(1), kind);
  if (apply === true && dryRun === true) {
    throw new EdgeFault("usage", "--apply and --dry-run say the opposite. Give one of them.");
  }
  const given = Object.entries(values).flatMap(([option, value]) =>
    typeof value === "string" ? [[option, value] as const] : [],
  );
  return {
    kind,
    values: new Map(given),
    apply: apply === true,
    overwrite: overwrite === true,
    json: json === true,
  };
}

const isHelp = (word: string): boolean => word === "--help" || word === "-h";

function readFlags(
  argv: readonly string[],
  { options }: SetupKind,
): Readonly<Record<string, string | boolean | undefined>> {
  const flag = { type: "boolean" } as const;
  const own = Object.fromEntries(options.map((name) => [name, { type: "string" } as const]));
  try {
    const common = { apply: flag, "dry-run": flag, overwrite: flag, json: flag };
    const { values } = parseArgs({ args: [...argv], options: { ...own, ...common }, strict: true });
    return values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new EdgeFault("usage", `${error.message}. See certmill edge install --help.`);
  }
}

function demandNoneEdited(compared: readonly ComparedFile[]): void {
  const edited = compared.filter(({ state }) => state === "edited");
  if (edited.length === 0) return;
  const message = `These files were changed by hand, or are not ours, so nothing was changed. Look at the differences, then run it again with --overwrite, which keeps yours as FILE.bak:\n${edited.map(fileDiff).join("\n")}`;
  throw new EdgeFault("files-edited", message);
}

async function atDisk<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    throw new EdgeFault("directory-unusable", `${reason}. Correct that, then run it again.`, {
      cause: error,
    });
  }
}
