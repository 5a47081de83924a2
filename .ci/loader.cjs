// Gives programs that Node runs what web/loader.js gives them in a browser:
//   node -r ./.ci/loader.cjs $(go env GOROOT)/lib/wasm/wasm_exec_node.js program.wasm
const { join } = require("node:path");
const { runInThisContext } = require("node:vm");
const web = join(__dirname, "../web");
const { buildSync } = require(require.resolve("esbuild", { paths: [web] }));

const { outputFiles } = buildSync({ entryPoints: [join(web, "loader.js")], bundle: true, write: false, format: "iife", target: "es2022", loader: { ".wasm": "binary" } });
runInThisContext(outputFiles[0].text, "loader.js");
