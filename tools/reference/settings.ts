import { environmentName, settingNames, settingsSchema } from "@certmill/server";

interface Described {
  readonly description?: string;
  readonly default?: string | number;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly expected?: string;
}

/** docs/reference/settings.md. */
export function settingsReference(): string {
  const sections = settingNames.map((name) => {
    const described = settingsSchema.properties[name] as Described;
    const facts = [
      `Environment: \`${environmentName(name)}\``,
      `Default: ${described.default === undefined ? "none" : `\`${described.default}\``}`,
      ...(described.unit === undefined ? [] : [`Unit: ${described.unit}`]),
      ...allowed(described),
    ];
    return `## \`${name}\`\n\n${described.description ?? ""}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n`;
  });
  return `# Settings of \`certmill serve\`

Written by \`npm run reference\` from packages/server/src/config/settings.ts.

Settings come from one optional TOML file (\`certmill serve --config FILE\`, keys as below) and from the
environment, which wins. They are read once, at the start; all faults are told at once, and a key that is no
setting is one of them.

Traces are turned on by OpenTelemetry's own variables (\`OTEL_…\`): [docs/traces.md](../traces.md).

${sections.join("\n")}`;
}

function allowed({ minimum, maximum, expected }: Described): string[] {
  if (expected !== undefined) return [`Must be: ${expected}`];
  return minimum === undefined || maximum === undefined ? [] : [`From ${minimum} to ${maximum}`];
}
