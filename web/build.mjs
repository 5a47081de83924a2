// Builds web/dist, which the server embeds: styles, scripts, icons, and beside
// each file its .br and .gz. `make wasm` puts app.wasm there first.
//
//   node web/build.mjs          as released: the smallest files
//   FAST=1 node web/build.mjs   for trying things out: larger, but at once
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import * as esbuild from "esbuild";
import { iconPNG, iconSVG } from "./icon.mjs";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const dist = join(here, "dist");
const cache = join(here, "node_modules/.cache/centroid"); // compressed files by the hash of what is in them
const quality = process.env.FAST ? 6 : constants.BROTLI_MAX_QUALITY;

// files are what dist holds, by name.
const files = new Map();

for (const [name, from] of [["pico.min.css", "node_modules/@picocss/pico/css/pico.min.css"], ["app.css", "app.css"]])
  files.set(name, await minified(from, "css"));
files.set("charts.js", await bundled("charts.js"));
files.set("sql.js", await bundled("sql.js"));
files.set("theme.js", await minified("theme.js", "js"));
files.set("centroid-predictor.mjs", await bundled("component/centroid-predictor.js", "esm")); // for pages of others
files.set("loader.js", await bundled("loader.js"));
files.set("worker.js", await minified("worker.js", "js"));
files.set("wasm_exec.js", await readFile(join(process.env.GOROOT || execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "lib/wasm/wasm_exec.js")));
files.set("manifest.webmanifest", Buffer.from(JSON.stringify(JSON.parse(await readFile(join(here, "manifest.webmanifest"), "utf8")))));
files.set("penguins.csv", await readFile(join(here, "sample/penguins.csv")));
files.set("icon.svg", Buffer.from(iconSVG()));
files.set("icon-192.png", iconPNG(192));
files.set("icon-512.png", iconPNG(512));
files.set("icon-maskable-512.png", iconPNG(512, true));
if (existsSync(join(dist, "app.wasm"))) files.set("app.wasm", await readFile(join(dist, "app.wasm")));
else {
  console.error("web/dist/app.wasm is missing: run `make wasm`, which builds it before this");
  process.exitCode = 1; // the rest is built all the same
}

await mkdir(cache, { recursive: true });
for (const [name, data] of [...files]) {
  if (name.endsWith(".png")) continue; // compressed as it is
  files.set(name + ".br", await cached(data, `br${quality}`, () => promisify(brotliCompress)(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  })));
  files.set(name + ".gz", await cached(data, "gz", () => promisify(gzip)(data, { level: 9 })));
}

for (const name of await readdir(dist)) if (!files.has(name) && name !== ".gitkeep") await rm(join(dist, name));
for (const [name, data] of files) await write(join(dist, name), data);

for (const [name, data] of files) {
  const br = files.get(name + ".br");
  if (br) console.log(`${name.padEnd(14)} ${String(data.length).padStart(9)} bytes, ${String(br.length).padStart(9)} as brotli`);
}

// minified gives a file of this folder with its comments and spaces taken out.
async function minified(path, loader) {
  const { code } = await esbuild.transform(await readFile(join(here, path), "utf8"), { loader, minify: true, target: "es2022", legalComments: "inline" });
  return Buffer.from(code);
}

// bundled gives a script, or a module, with all that it imports, with the licences it has to carry.
async function bundled(path, format = "iife") {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, path)], bundle: true, minify: true, write: false, format, target: "es2022",
    loader: { ".wasm": "binary" }, legalComments: "eof", define: { "process.env.NODE_ENV": '"production"' },
  });
  return Buffer.from(outputFiles[0].contents);
}

// cached gives what make makes of data, once for the same data.
async function cached(data, kind, make) {
  const path = join(cache, createHash("sha256").update(data).digest("hex") + "." + kind);
  try {
    return await readFile(path);
  } catch (err) {
    if (err.code !== "ENOENT") throw err;
  }
  const made = await make();
  await write(path, made);
  return made;
}

// write replaces a file whole, so that nobody reads a half of it.
async function write(path, data) {
  await writeFile(path + ".part", data);
  await rename(path + ".part", path);
}
