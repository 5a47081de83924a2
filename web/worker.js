// The program in a worker: the same app.wasm as in the page, which has no document
// here and so serves calls (app/worker). The first message brings the compiled
// module, if the page has kept it; all others are Go's.
"use strict";
importScripts("/web/loader.js", "/wasm_exec.js");

const last = []; // lines that Go wrote: why it ended is among them
const { log } = console;
console.log = (...words) => {
  last.push(words.join(" "));
  if (last.length > 20) last.shift();
  log(...words);
};

onmessage = async ({ data }) => {
  onmessage = null;
  try {
    const go = new Go();
    const module = data.module ?? (await WebAssembly.compileStreaming(fetch("/web/app.wasm")));
    await go.run(await WebAssembly.instantiate(module, go.importObject));
    postMessage({ ended: last.join("\n") });
  } catch (err) {
    postMessage({ ended: [...last, String(err)].join("\n") });
  }
};
