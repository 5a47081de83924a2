// Prints what the program says of the first argument's number of rows: node -r ./.ci/loader.cjs server/peers/browser/node.cjs program.wasm 1000000
const { readFileSync } = require("node:fs");
const { execFileSync } = require("node:child_process");
const goroot = process.env.GOROOT || execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
require(goroot + "/lib/wasm/wasm_exec.js");

const [, , program, rows] = process.argv;
const go = new Go();
globalThis.oursReady = () => {
  console.log(JSON.stringify({ Kernel: ours.kernel, Hashes: ours.hashes(Number(rows)) }));
  process.exit(0);
};
WebAssembly.instantiate(readFileSync(program), go.importObject).then(({ instance }) => go.run(instance));
