import { Argument, type Command } from "commander";
import { withExamples } from "../examples.ts";
import { print } from "../terminal/print.ts";
import { complete } from "./complete.ts";
import { type Shell, scripts } from "./scripts.ts";

export function registerCompletion(program: Command): void {
  const command = program
    .command("completion")
    .description("print what makes the Tab key complete this command; load it where your shell starts")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(scripts)))
    .argument("[words...]", "after --: print what can end a command line of these words, as the script asks")
    .action((shell: Shell, words: readonly string[]) =>
      words.length === 0 ? print(scripts[shell]) : printCompletion(program, words),
    );
  withExamples(
    command,
    'eval "$(certmill completion bash)"   # in ~/.bashrc',
    'eval "$(certmill completion zsh)"    # in ~/.zshrc, after compinit',
    "certmill completion fish > ~/.config/fish/completions/certmill.fish",
  );
}

async function printCompletion(program: Command, words: readonly string[]): Promise<void> {
  const completion = complete(program, words);
  if (completion.kind === "files") return print(":files");
  for (const { word, description } of completion.words)
    await print(description === "" ? word : `${word}\t${description}`);
}
