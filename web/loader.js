// What app.wasm imports besides Go's own: small modules that work on its memory.
// This script comes before whatever instantiates app.wasm, in the page, in a worker
// and under Node (.ci/loader.cjs), and sees to it that they are there. It is built
// into one classic script, since modules come too late for go-app.
import none from "../shared/kernel/none.wasm";
import relaxed from "../shared/kernel/relaxed.wasm";
import simd from "../shared/kernel/simd.wasm";

// parts is the modules by the name that Go imports them by. Of the builds of one, the
// first that the browser can compile is used. All import env.mem, and export functions
// of at most eight numbers, the same ones in each build.
const parts = { kernel: [relaxed, simd, none] };

const compiled = Object.entries(parts).map(([name, builds]) => [name, first(builds)]);

function first(builds) {
  for (const build of builds.slice(0, -1)) if (WebAssembly.validate(build)) return new WebAssembly.Module(build);
  return new WebAssembly.Module(builds.at(-1));
}

// extended adds the parts to the imports of a Go program, and gives what to call with
// the instance's exports before it runs.
function extended(imports) {
  const joins = [];
  for (const [name, module] of compiled) {
    imports[name] = {};
    for (const { name: fn } of WebAssembly.Module.exports(module)) {
      let f; // what takes any number of arguments is slower to call
      imports[name][fn] = (a, b, c, d, e, g, h, i) => f(a, b, c, d, e, g, h, i);
      joins.push((instances) => (f = instances[name].exports[fn]));
    }
  }
  return ({ mem }) => {
    const instances = Object.fromEntries(compiled.map(([name, module]) => [name, new WebAssembly.Instance(module, { env: { mem } })]));
    for (const join of joins) join(instances);
  };
}

for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  if (!original) continue;
  WebAssembly[name] = async (source, imports, ...rest) => {
    if (!imports?.gojs) return original.call(WebAssembly, source, imports, ...rest);
    const join = extended(imports);
    const result = await original.call(WebAssembly, source, imports, ...rest);
    join((result.instance ?? result).exports);
    if (result.module) globalThis.centroidModule = result.module; // for workers
    return result;
  };
}
