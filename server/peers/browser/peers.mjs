// Times the app's kernel beside what else finds nearest centroids in a browser, on the
// same rows, one thread each; and counts wrong labels where values lie far from zero.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { setWasmPaths, setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import * as ort from "onnxruntime-web/wasm";
import { KMeansResult } from "./node_modules/ml-kmeans/lib/KMeansResult.js";
import { kmeans } from "ml-kmeans";
import { graph } from "./onnx.mjs";

// normal gives normally distributed numbers, the same ones for the same seed.
function normal(seed) {
  let s = seed >>> 0;
  const uniform = () => {
    s = (s + 0x6d2b79f5) >>> 0; // mulberry32
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

// make gives n rows of overlapping clusters, and their centroids.
function make(n, d, k, offset = 0) {
  const next = normal(d * 1000 + k);
  const centroids = Float32Array.from({ length: k * d }, () => offset + (2 / Math.sqrt(d)) * next());
  const rows = new Float32Array(n * d);
  for (let i = 0; i < n; i++) for (let t = 0; t < d; t++) rows[i * d + t] = centroids[(i % k) * d + t] + next();
  return { n, d, k, rows, centroids };
}

// define is the definition: float64, in order, ties to the first.
function define({ n, d, k, rows, centroids }, labels) {
  for (let i = 0; i < n; i++) {
    let best = Infinity;
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let t = 0; t < d; t++) {
        const e = rows[i * d + t] - centroids[j * d + t];
        sum += e * e;
      }
      if (sum < best) (best = sum), (labels[i] = j);
    }
  }
}

const lists = (values, d) => Array.from({ length: values.length / d }, (_, i) => Array.from(values.subarray(i * d, i * d + d)));
const bytes = (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

// peers prepare for a task, and give how to run it once; the run gives its labels, or how
// to get them.
const peers = {
  ours(task) {
    ours.load(bytes(task.rows), bytes(task.centroids), task.d);
    return () => ours.label();
  },
  async "onnxruntime-web"(task) {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = location.origin + "/ort/";
    const session = await ort.InferenceSession.create(graph(task), { executionProviders: ["wasm"] });
    const x = new ort.Tensor("float32", task.rows, [task.n, task.d]);
    return async () => (await session.run({ x })).label.data;
  },
  async "tfjs-wasm"(task) {
    const { n, d, k, rows, centroids } = task;
    setWasmPaths(location.origin + "/tfjs/");
    setThreadsCount(1);
    await tf.setBackend("wasm");
    await tf.ready();
    const w = new Float32Array(d * k), b = new Float32Array(k);
    for (let j = 0; j < k; j++) for (let t = 0; t < d; t++) (w[t * k + j] = -2 * centroids[j * d + t]), (b[j] += centroids[j * d + t] ** 2);
    const [x, W, B] = [tf.tensor2d(rows, [n, d]), tf.tensor2d(w, [d, k]), tf.tensor1d(b)];
    return () => tf.tidy(() => tf.argMin(tf.add(tf.matMul(x, W), B), 1).dataSync());
  },
  "ml-kmeans"({ rows, centroids, d }) {
    const result = new KMeansResult([], lists(centroids, d), true, 1, (p, q) => {
      let sum = 0;
      for (let t = 0; t < p.length; t++) sum += (p[t] - q[t]) * (p[t] - q[t]);
      return sum;
    });
    const all = lists(rows, d);
    return () => result.nearest(all);
  },
  "plain JS"(task) {
    const labels = new Int32Array(task.n);
    return () => (define(task, labels), labels);
  },
};

// time gives milliseconds of the best of several runs, in about as many milliseconds.
async function time(run, budget) {
  await run();
  let best = Infinity;
  const start = performance.now();
  do {
    const t = performance.now();
    const took = await run();
    best = Math.min(best, typeof took === "number" ? took : performance.now() - t);
  } while (performance.now() - start < budget);
  return best;
}

// speed gives the million rows a second of each peer, in turn, the best of some rounds; and
// the nanoseconds that one row takes us.
globalThis.speed = async (n, d, k, rounds, budget) => {
  const task = make(n, d, k);
  const small = { ...task, n: Math.min(n, Math.max(1000, Math.floor(4e7 / (d * k)))) };
  small.rows = task.rows.subarray(0, small.n * d);
  const out = {}, runs = {};
  for (const [name, prepare] of Object.entries(peers)) {
    const of = name === "ml-kmeans" || name === "plain JS" ? small : task;
    runs[name] = [of.n, await prepare(of)];
    out[name] = 0;
  }
  for (let round = 0; round < rounds; round++)
    for (const [name, [rows, run]] of Object.entries(runs)) out[name] = Math.max(out[name], rows / (await time(run, budget)) / 1e3);
  return { rates: out, single: ours.single(Math.max(200, Math.floor(3e6 / (d * k)))), kernel: ours.kernel };
};

// wrong counts the labels that are not those of the definition.
globalThis.wrong = async (n, d, k, offset) => {
  const task = make(n, d, k, offset), want = new Int32Array(n), out = {};
  define(task, want);
  for (const [name, prepare] of Object.entries(peers)) {
    const run = await prepare(task);
    let labels = await run();
    if (name === "ours") ours.label(bytes((labels = new Int32Array(n))));
    out[name] = want.reduce((sum, l, i) => sum + (Number(labels[i]) !== l), 0);
  }
  return out;
};

// train gives the milliseconds that a training takes us and ml-kmeans, from the same
// centroids and for as many passes, the best of some rounds in turn; and how far the
// centroids are apart at the end, which is only rounding.
globalThis.train = async (n, d, k, passes, rounds) => {
  const task = make(n, d, k), all = lists(task.rows, d), from = lists(task.rows.subarray(0, k * d), d);
  ours.load(bytes(task.rows), bytes(task.rows.subarray(0, k * d)), d);
  const out = { ours: Infinity, "ml-kmeans": Infinity };
  for (let round = 0; round < rounds; round++) {
    const mine = ours.train(passes);
    if (typeof mine === "string") throw new Error(mine);
    const t = performance.now();
    const theirs = kmeans(all, k, { initialization: from.map((c) => [...c]), maxIterations: mine.passes, tolerance: 0 });
    out["ml-kmeans"] = Math.min(out["ml-kmeans"], performance.now() - t);
    out.ours = Math.min(out.ours, mine.took);
    out.passes = [mine.passes, theirs.iterations];
    out.apart = Math.max(...theirs.centroids.flat().map((v, i) => Math.abs(v - mine.centroids[i])));
  }
  return out;
};

const go = new Go();
await new Promise(async (ready) => {
  globalThis.oursReady = ready;
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/program.wasm"), go.importObject);
  go.run(instance);
});
globalThis.ready = true;
