import { join } from "node:path";
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
  type IConfigFile,
} from "@microsoft/api-extractor";

export interface RollUp {
  /** A folder inside the workspace, as the declarations of other packages are looked for from there. */
  readonly directory: string;
  /** The declarations of the entry point, as the compiler wrote them. */
  readonly entry: string;
  /** Where the one file is written. */
  readonly target: string;
  /** The package.json of the package they are of. */
  readonly manifest: string;
}

/**
 * Puts all that a package's entry point exports into one file of declarations, sorted by name. Needed, as
 * the compiler leaves `.ts` in the specifiers of declarations, which not every reader of them takes.
 *
 * @throws with the extractor's words when the declarations have faults.
 */
export function rollUpDeclarations(request: RollUp): void {
  const faults: string[] = [];
  const config = ExtractorConfig.prepare({
    configObject: configOf(request),
    configObjectFullPath: undefined,
    packageJsonFullPath: request.manifest,
  });
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (isFault(message)) faults.push(message.formatMessageWithLocation(request.directory));
      message.handled = true;
    },
  });
  if (!succeeded || faults.length > 0) {
    throw new Error(`The declarations were not rolled up:\n${faults.join("\n")}`);
  }
}

const isFault = ({ logLevel }: ExtractorMessage): boolean =>
  logLevel === ExtractorLogLevel.Error || logLevel === ExtractorLogLevel.Warning;

function configOf({ directory, entry, target }: RollUp): IConfigFile {
  return {
    projectFolder: directory,
    mainEntryPointFilePath: entry,
    newlineKind: "lf",
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: "ES2024",
          lib: ["ES2024", "ESNext"],
          module: "NodeNext",
          moduleResolution: "NodeNext",
          types: ["node"],
          typeRoots: [join(import.meta.dirname, "../../node_modules/@types")],
          rootDir: directory,
          strict: true,
          skipLibCheck: true,
        },
        files: [entry],
      },
    },
    apiReport: { enabled: false },
    docModel: { enabled: false },
    tsdocMetadata: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: target },
    messages: { compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } } },
  };
}
