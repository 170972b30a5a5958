/** docs/reference/cli.md: every command, from the program that reads the command line. */
import { readFileSync } from "node:fs";
import { examplesOf } from "../../packages/cli/src/examples.ts";
import { exitCodes } from "../../packages/cli/src/exit-code.ts";
import { buildProgram } from "../../packages/cli/src/program.ts";

type Command = ReturnType<typeof buildProgram>;
type Argument = Command["registeredArguments"][number];
type Option = Command["options"][number];

const packageFile = new URL("../../packages/cli/package.json", import.meta.url);

export function cliReference(): string {
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  const commands = leavesOf(buildProgram(version));
  return `${[
    "# The `certmill` command",
    "Made by `npm run reference` from `packages/cli`; do not edit.",
    summary(commands),
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]),
    ),
    "## Environment",
    environment,
    ...commands.flatMap(section),
  ].join("\n\n")}\n`;
}

const environment = table(
  ["variable", "what it does"],
  [
    ["`CERTMILL_URL`", "the server's address, where there is no `--url`"],
    ["`CERTMILL_TOKEN`", "the API token, where there is no `--token-file`"],
    ["`CERTMILL_TOKEN_FILE`", "a file with the API token, where neither of these is given"],
    [
      "`CERTMILL_DATA_DIR`",
      "the server's data directory (default: `./certmill-data`); for a server on this machine its `admin-token` is the last place where a token is looked for",
    ],
    ["`CERTMILL_CONFIG`", "the settings file of `certmill serve`, where there is no `--config`"],
    ["`NO_COLOR`", "no colours, as wherever the output is no terminal"],
  ],
);

/** The commands that do something, in the order of the help. */
const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0
    ? [command]
    : [...(examplesOf(command).length > 0 ? [command] : []), ...command.commands.flatMap(leavesOf)];

const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;

function summary(commands: readonly Command[]): string {
  const rows = commands.map((command) => {
    const name = fullName(command);
    return [`[\`${name}\`](#${name.replaceAll(" ", "-")})`, cell(command.description())];
  });
  return table(["command", "what it does"], rows);
}

function section(command: Command): readonly string[] {
  const examples = examplesOf(command).map((line) => `$ ${line}`);
  return [
    `## ${fullName(command)}`,
    sentence(command.description()),
    fence(`${fullName(command)} ${command.usage()}`),
    ...parameters(command),
    ...(examples.length === 0 ? [] : [fence(examples.join("\n"))]),
  ];
}

function parameters(command: Command): readonly string[] {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  return rows.length === 0 ? [] : [table(["", "", "default"], rows)];
}

const argumentRow = (argument: Argument): readonly string[] => [
  `\`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\``,
  cell(described(argument.description, argument.argChoices)),
  "",
];

const optionRow = (option: Option): readonly string[] => [
  `\`${option.flags}\``,
  cell(described(option.description, option.argChoices)),
  option.defaultValue === undefined ? "" : `\`${String(option.defaultValue)}\``,
];

const described = (text: string, choices: readonly string[] | undefined): string =>
  choices === undefined ? text : `${text}; one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`;

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const fence = (text: string): string => `\`\`\`\n${text}\n\`\`\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
