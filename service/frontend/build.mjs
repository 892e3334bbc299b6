// Bundles what scripts add to the pages into a folder that the service serves where it is there.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const outdir = new URL("../koinon/web/static/built/", import.meta.url).pathname;
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { editor: "src/editor.js", suggest: "src/suggest.js" },
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
});
