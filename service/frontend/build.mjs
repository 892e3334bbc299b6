// Bundles what scripts add to the pages into a folder that the service serves where it is there.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { cut } from "./src/land.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;
const outdir = process.env.KOINON_BUILT ?? here("../koinon/web/static/built/");
rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
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
  banner: { js: "// The licences of what is in here stand in licences.txt beside it." },
  metafile: true,
});

mkdirSync(outdir, { recursive: true });
const atlas = JSON.parse(readFileSync(here("node_modules/world-atlas/countries-50m.json"), "utf8"));
writeFileSync(`${outdir}/land.json`, JSON.stringify(cut(atlas)));
const swagger = here("node_modules/swagger-ui-dist/");
copyFileSync(`${swagger}swagger-ui-bundle.js`, `${outdir}/swagger-ui-bundle.js`);
const look = readFileSync(`${swagger}swagger-ui.css`, "utf8");
writeFileSync(`${outdir}/swagger-ui.css`, look.replace(/\/\*# sourceMappingURL=[^*]*\*\//u, ""));

// The licences of everything that readers are sent.
const inside = new Set(["swagger-ui-dist", "world-atlas"]);
for (const file of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(file);
  if (found) inside.add(found[1]);
}
const licences = [...inside].sort().map((name) => {
  const folder = here(`node_modules/${name}/`);
  const { version, license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/iu.test(file));
  const texts = files.map((file) => readFileSync(folder + file, "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
});
writeFileSync(`${outdir}/licences.txt`, `${licences.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
