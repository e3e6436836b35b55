// Bundles static/src into static/dist: `node static/build.mjs [--watch]`.
//
// static/dist/manifest.json maps each entry ("main.tsx") to its file below static/ ("dist/main-3F2A.js"). Names carry a
// hash of the content, so the server may let browsers keep them for ever; with --watch they do not, so the manifest never
// changes. Styles that an entry imports become an entry of their own name ("main.css").
import { context } from "esbuild";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
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

/** {entry: path below static/} of one finished build. */
function manifestOf(outputs) {
  const manifest = {};
  const below = (file) => relative(STATIC, join(STATIC, "..", file)).replaceAll("\\", "/");
  for (const [file, { entryPoint, cssBundle }] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    const entry = relative("static/src", entryPoint).replaceAll("\\", "/");
    manifest[entry] = below(file);
    if (cssBundle !== undefined && cssBundle !== file) manifest[entry.replace(/\.tsx?$/, ".css")] = below(cssBundle);
  }
  return manifest;
}

const writeManifest = {
  name: "manifest",
  setup(build) {
    build.onEnd(({ metafile }) => {
      if (metafile === undefined) return; // the build failed and esbuild has said why
      mkdirSync(OUTPUT, { recursive: true });
      writeFileSync(join(OUTPUT, "manifest.json"), JSON.stringify(manifestOf(metafile.outputs), null, 1) + "\n");
    });
  },
};

rmSync(OUTPUT, { recursive: true, force: true });
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
  plugins: [writeManifest],
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
