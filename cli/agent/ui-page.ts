import { product } from "#core/base";
import type { Store } from "#core/store";

/** One honest page until the web UI comes: what this is, how much of it there is, and the commands that show the rest. */
export function uiPage(
  file: string,
  { nodeName, region, store }: { readonly nodeName: string; readonly region: string; readonly store: Store },
): { readonly contentType: string; readonly body: string } | undefined {
  if (file !== "index.html") return undefined;
  const rows = [
    ["Agent", nodeName],
    ["Region", region],
    ["Version", product.version],
    ["Jobs", String(store.jobs.size)],
    ["Nodes", String(store.nodes.size)],
    ["Allocations", String(store.allocations.size)],
  ];
  const commands = ["drover status", "drover node status", "drover job status JOB", "drover alloc logs -f ALLOCATION"];
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${product.displayName} ${escapeHtml(region)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}th{text-align:left;padding-right:2rem}code{background:#eee;padding:.1rem .3rem}</style></head>
<body><h1>${product.displayName}</h1>
<p>The web UI is not built yet. What this page cannot show, the command line does.</p>
<table>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value as string)}</td></tr>`).join("")}</table>
<ul>${commands.map((command) => `<li><code>${command}</code></li>`).join("")}</ul>
</body></html>
`;
  return { contentType: "text/html; charset=utf-8", body };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
