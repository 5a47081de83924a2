// Builds the page that compares: node server/peers/browser/build.mjs folder
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = import.meta.dirname;
const [, , folder] = process.argv;
const web = join(here, "../../../web");
const esbuild = createRequire(join(web, "package.json"))("esbuild");
mkdirSync(folder, { recursive: true });

const options = { bundle: true, minify: true, target: "es2022" };
esbuild.buildSync({ ...options, entryPoints: [join(here, "peers.mjs")], format: "esm", outfile: join(folder, "peers.mjs"), logLevel: "error" });
esbuild.buildSync({ ...options, entryPoints: [join(web, "loader.js")], format: "iife", loader: { ".wasm": "binary" }, outfile: join(folder, "loader.js") });
execFileSync("go", ["build", "-o", join(folder, "program.wasm"), "./program"], { cwd: here, env: { ...process.env, GOOS: "js", GOARCH: "wasm" }, stdio: "inherit" });
const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
cpSync(join(goroot, "lib/wasm/wasm_exec.js"), join(folder, "wasm_exec.js"));
cpSync(join(here, "node_modules/onnxruntime-web/dist"), join(folder, "ort"), { recursive: true, filter: (path) => !/\.map$|all|jspi|webgpu|asyncify/.test(path) });
cpSync(join(here, "node_modules/@tensorflow/tfjs-backend-wasm/dist"), join(folder, "tfjs"), { recursive: true, filter: (path) => !/\.(js|ts|map)$/.test(path) });
writeFileSync(join(folder, "index.html"), '<!doctype html><meta charset="utf-8"><title>peers</title><script src="loader.js"></script><script src="wasm_exec.js"></script><script type="module" src="peers.mjs"></script>');
