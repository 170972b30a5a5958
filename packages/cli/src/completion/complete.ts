import type { Command, Option } from "commander";

/** What may stand at the end of a command line, as the shells show it. */
export interface Suggestion {
  readonly word: string;
  readonly description: string;
}

/** `files`: the shell knows better than we do. */
export type Completion =
  | { readonly kind: "words"; readonly words: readonly Suggestion[] }
  | { readonly kind: "files" };

/**
 * What can end the command line that is being typed.
 *
 * @param typed the words after the program's name; the last is the one under the cursor, maybe empty.
 */
export function complete(program: Command, typed: readonly string[]): Completion {
  const { before, last, heldBack } = splitLast(typed);
  const place = walk(program, before);
  if (place.valueOf !== null) return valuesOf(place.valueOf, last);
  if (place.optionsEnded) return argumentOf(place, last);

  const [name, value] = last.split("=", 2);
  if (value !== undefined && name !== undefined && name.startsWith("--")) {
    const option = findOption(place.command, name);
    const completion = option === null ? noWords : valuesOf(option, value);
    if (completion.kind === "files") return completion;
    return wordsOf(completion.words, (word) => (heldBack ? word : `${name}=${word}`));
  }
  if (last.startsWith("-")) return { kind: "words", words: optionsOf(place.command, last) };
  return argumentOf(place, last);
}

const noWords: Completion = { kind: "words", words: [] };

const wordsOf = (words: readonly Suggestion[], name: (word: string) => string): Completion => ({
  kind: "words",
  words: words.map(({ word, description }) => ({ word: name(word), description })),
});

interface Split {
  readonly before: readonly string[];
  readonly last: string;
  /** The shell has cut `--name=value` at its sign and will only put the value. */
  readonly heldBack: boolean;
}

/** Bash takes `=` for a word of its own. */
function splitLast(typed: readonly string[]): Split {
  const words: string[] = [];
  let heldBack = false;
  for (const word of typed) {
    const previous = words.at(-1);
    const joins = previous?.startsWith("--") === true && (word === "=" || previous.endsWith("="));
    if (joins) words[words.length - 1] = `${previous}${word}`;
    else words.push(word);
    heldBack = joins;
  }
  return { before: words.slice(0, -1), last: words.at(-1) ?? "", heldBack };
}

interface Place {
  readonly command: Command;
  /** How many of its arguments stand there already. */
  readonly arguments: number;
  /** The option whose value comes next. */
  readonly valueOf: Option | null;
  /** After `--` nothing is an option. */
  readonly optionsEnded: boolean;
}

/** Where the words before the cursor lead. */
function walk(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, arguments: 0, valueOf: null, optionsEnded: false };
  for (const word of words) place = step(place, word);
  return place;
}

function step(place: Place, word: string): Place {
  if (place.valueOf !== null) return { ...place, valueOf: null };
  if (place.optionsEnded) return { ...place, arguments: place.arguments + 1 };
  if (word === "--") return { ...place, optionsEnded: true };
  if (word.startsWith("-")) {
    const option = findOption(place.command, word);
    return { ...place, valueOf: option?.required === true ? option : null };
  }
  const next = place.command.commands.find((command) => command.name() === word);
  if (next !== undefined && place.arguments === 0) return { ...place, command: next };
  return { ...place, arguments: place.arguments + 1 };
}

const findOption = (command: Command, word: string): Option | null =>
  command.options.find(({ long, short }) => long === word || short === word) ?? null;

function optionsOf(command: Command, typed: string): readonly Suggestion[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ word: long ?? short ?? "", description }))
    .filter(({ word }) => word.startsWith(typed));
}

const valuesOf = ({ argChoices, flags }: Option, typed: string): Completion =>
  choices(argChoices, typed) ?? (isFile(flags) ? { kind: "files" } : noWords);

function argumentOf({ command, arguments: at }: Place, typed: string): Completion {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[at] ?? (last?.variadic === true ? last : undefined);
  if (argument !== undefined) {
    const completion = choices(argument.argChoices, typed) ?? (isFile(`<${argument.name()}>`) ? files : null);
    if (completion !== null) return completion;
  }
  if (at > 0) return noWords;
  const words = command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ word: each.name(), description: each.description() }))
    .filter(({ word }) => word.startsWith(typed));
  return { kind: "words", words };
}

const files: Completion = { kind: "files" };

function choices(allowed: readonly string[] | undefined, typed: string): Completion | null {
  if (allowed === undefined) return null;
  const words = allowed.filter((word) => word.startsWith(typed));
  return { kind: "words", words: words.map((word) => ({ word, description: "" })) };
}

/** By the words that the command line uses for what is on this machine. */
const isFile = (flags: string): boolean => /[<[](?:[\w-]*(?:file|dir|directory|path))[\]>]/i.test(flags);
