// Bundles static/src into static/dist: `node static/build.mjs [--watch]`.
//
// static/dist/manifest.json maps each entry ("main.tsx") to its file below static/ ("dist/main-3F2A.js"). Names carry
// a hash of the content, so browsers may keep the files for ever; with --watch those of entries do not, so the
// manifest stays the same. Styles that an entry imports stand there under that entry's name ("main.css").
// LICENSES.txt holds the licence of every package in the bundle, as they ask of those who pass them on.
import { context } from "esbuild";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const STATIC = dirname(fileURLToPath(import.meta.url));
const CHECKOUT = join(STATIC, ".."); // where the paths start that esbuild speaks of
const SOURCE = join(STATIC, "src");
const OUTPUT = join(STATIC, "dist");
const MANIFEST = join(OUTPUT, "manifest.json");
const LICENCES = join(OUTPUT, "LICENSES.txt");
const PAGES = ["main.tsx", "home.tsx", "metrics.tsx", "path.tsx", "jit.tsx", "lesson.tsx", "reference.tsx", "author.tsx", "css/main.css"]; // one line per entry

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
    const entry = below("static/src", entryPoint ?? "");
    if (!entries.includes(entry)) continue; // a shared chunk, or one that is imported on demand
    manifest[entry] = below("static", file);
    if (cssBundle !== undefined) manifest[entry.replace(/\.tsx?$/, ".css")] = below("static", cssBundle);
  }
  return manifest;
}

/** The licence texts of the packages that `inputs` come from. */
function licencesOf(inputs) {
  const folders = Object.keys(inputs).map((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => {
    const source = join(CHECKOUT, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    const file = readdirSync(source).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : readFileSync(join(source, file), "utf8");
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
}

/** Removes what earlier builds left: after a build rather than before it, so a running server never misses a file. */
function removeAllBut(outputs) {
  for (const entry of readdirSync(OUTPUT, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const wanted = relative(CHECKOUT, path).replaceAll(sep, "/") in outputs || path === MANIFEST || path === LICENCES;
    if (entry.isFile() && !wanted) rmSync(path);
  }
}

const finish = {
  name: "manifest",
  setup(build) {
    build.onEnd(({ metafile }) => {
      if (metafile === undefined) return; // the build failed and esbuild has said why
      writeFileSync(MANIFEST, JSON.stringify(manifestOf(metafile.outputs), null, 1) + "\n");
      writeFileSync(LICENCES, licencesOf(metafile.inputs).join(`\n${"-".repeat(80)}\n\n`));
      removeAllBut(metafile.outputs);
    });
  },
};

mkdirSync(OUTPUT, { recursive: true });
const bundle = await context({
  absWorkingDir: CHECKOUT,
  entryPoints: entries.map((page) => `static/src/${page}`),
  outbase: "static/src",
  outdir: "static/dist",
  entryNames: watch ? "[name]" : "[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
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
  process.stdin.on("end", () => process.exit()).resume(); // ends with whoever started it
} else {
  try {
    await bundle.rebuild();
  } catch {
    process.exitCode = 1; // esbuild has printed every error
  }
  await bundle.dispose();
}
