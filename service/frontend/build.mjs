// Bundles what scripts add to the pages into a folder that the service serves where it is there.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { cut } from "./src/land.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;
const outdir = process.env.KOINON_BUILT ?? here("../koinon/web/static/built/");
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    drawings: "src/drawings.js",
    editor: "src/editor.js",
    map: "src/map.js",
    "map-look": "src/map.css",
    network: "src/network.js",
    "network-look": "src/network.css",
    suggest: "src/suggest.js",
    try: "src/try.js",
  },
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
  loader: { ".png": "dataurl" },
});

mkdirSync(outdir, { recursive: true });
const atlas = JSON.parse(readFileSync(here("node_modules/world-atlas/countries-50m.json"), "utf8"));
writeFileSync(`${outdir}/land.json`, JSON.stringify(cut(atlas)));
const swagger = here("node_modules/swagger-ui-dist/");
copyFileSync(`${swagger}swagger-ui-bundle.js`, `${outdir}/swagger-ui-bundle.js`);
const look = readFileSync(`${swagger}swagger-ui.css`, "utf8");
writeFileSync(`${outdir}/swagger-ui.css`, look.replace(/\/\*# sourceMappingURL=[^*]*\*\//u, ""));
