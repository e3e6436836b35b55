// Bundles static/src into static/dist: `node static/build.mjs [--watch]`.
//
// static/dist/manifest.json maps each entry ("main.tsx") to its file below static/ ("dist/main-3F2A.js"). Names carry
// a hash of the content, so browsers may keep the files for ever; with --watch they do not, so the manifest stays the
// same. Styles that an entry imports stand in the manifest under that entry's name ("main.css").
import { context } from "esbuild";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const STATIC = dirname(fileURLToPath(import.meta.url));
const SOURCE = join(STATIC, "src");
const OUTPUT = join(STATIC, "dist");
const PAGES = ["main.tsx", "home.tsx", "css/app.css"]; // one line per entry

const watch = process.argv.includes("--watch");
const entries = PAGES.filter((page) => existsSync(join(SOURCE, page)));
if (entries.length === 0) {
  console.error(`build: none of ${PAGES.join(", ")} is in static/src`);
  process.exit(1);
}

/** {entry: path below static/} of one finished build; esbuild's own paths start at the checkout, with slashes. */
function manifestOf(outputs) {
  const manifest = {};
  const below = (folder, path) => path.slice(`${folder}/`.length);
  for (const [file, { entryPoint, cssBundle }] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    const entry = below("static/src", entryPoint);
    manifest[entry] = below("static", file);
    if (cssBundle !== undefined) manifest[entry.replace(/\.tsx?$/, ".css")] = below("static", cssBundle);
  }
  return manifest;
}

/** Removes what earlier builds left: after a build rather than before it, so a running server never misses a file. */
function removeAllBut(outputs) {
  for (const entry of readdirSync(OUTPUT, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = `static/${relative(STATIC, path).replaceAll(sep, "/")}`;
    if (entry.isFile() && !(name in outputs) && name !== "static/dist/manifest.json") rmSync(path);
  }
}

const finish = {
  name: "manifest",
  setup(build) {
    build.onEnd(({ metafile }) => {
      if (metafile === undefined) return; // the build failed and esbuild has said why
      writeFileSync(join(OUTPUT, "manifest.json"), JSON.stringify(manifestOf(metafile.outputs), null, 1) + "\n");
      removeAllBut(metafile.outputs);
    });
  },
};

mkdirSync(OUTPUT, { recursive: true });
const bundle = await context({
  absWorkingDir: join(STATIC, ".."),
  entryPoints: entries.map((page) => `static/src/${page}`),
  outbase: "static/src",
  outdir: "static/dist",
  entryNames: watch ? "[name]" : "[name]-[hash]",
  chunkNames: watch ? "chunks/[name]" : "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".svg": "file", ".woff2": "file" },
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !watch,
  sourcemap: true,
  metafile: true,
  logLevel: "info",
  plugins: [finish],
});

if (watch) {
  await bundle.watch();
} else {
  try {
    await bundle.rebuild();
  } catch {
    process.exitCode = 1; // esbuild has printed every error
  }
  await bundle.dispose();
}
