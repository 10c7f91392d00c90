import type { TemplateFunction } from "#core/template";

/** The page of template functions, from their one table. */
export function functionsPage(functions: readonly TemplateFunction[]): string {
  const groups = [...new Set(functions.map(({ group }) => group))];
  const head =
    "# Template functions\n\nAn argument that is piped in comes last. *data* functions ask Consul, Vault, Nomad or a file and may leave a dependency;\n*denied* ones are refused unless the client's configuration allows them. Both dialects have all of them. This page is\ngenerated: `DROVER_WRITE_FUNCTIONS=1 npx vitest run --project unit test/tidy/template-functions.test.ts`; on the\ncommand line see `drover template functions`.\n";
  return `${head}${groups.map((group) => section(group, functions)).join("")}`;
}

function section(group: string, functions: readonly TemplateFunction[]): string {
  const rows = functions.filter((one) => one.group === group).map(row);
  return `\n## ${group}\n\n| function | gives | |\n|---|---|---|\n${rows.join("\n")}\n`;
}

function row({ name, params, variadic, result, summary, kind, isDeniedByDefault }: TemplateFunction): string {
  const words = [name, ...params, ...(variadic === undefined ? [] : [`${variadic}...`])].join(" ");
  const marks = `${kind === "data" ? " *data*" : ""}${isDeniedByDefault ? " *denied*" : ""}`;
  return `| \`${words}\` | ${cell(result)} | ${cell(summary)}${marks} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
