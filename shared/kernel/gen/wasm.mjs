// Writes the WebAssembly of shared/kernel: node shared/kernel/gen/wasm.mjs [folder]
//
// One template gives them all: with fused multiply-add (relaxed.wasm) and without
// (simd.wasm), on the memory of the program that loads them; without vectors, to say
// that there are none (none.wasm); and with a memory of its own, small (own.wasm).
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const wabt = await createRequire(new URL("../../../web/package.json", import.meta.url))("wabt")();
const folder = process.argv[2] ?? join(import.meta.dirname, "..");

const groups = 4; // of 4 rows each: those of a panel
const panel = 4 * groups;
const tile = 2; // centroids that a panel is measured against at a time
const wideTile = 10, wideHead = 12; // where lanes are features: centroids, and room for their biases and labels

// fields of a plan, at 4 bytes each: see plan.go.
const fields = ["d", "tiles", "packed", "mean", "blocks", "exact", "rows", "scratch", "constant", "linear", "square", "scale", "tiny", "wide", "base", "slope"];
const field = (name, type = "i32") => `(${type}.load offset=${4 * fields.indexOf(name)} (local.get $plan))`;

const get = (name) => `(local.get $${name})`;
const set = (name, value) => `(local.set $${name} ${value})`;
const add = (a, b) => `(i32.add ${a} ${b})`;
const shl = (a, n) => `(i32.shl ${a} (i32.const ${n}))`;
const num = (n) => `(i32.const ${n})`;
const list = (n, make) => Array.from({ length: n }, (_, i) => make(i)).join("\n");
const locals = (type, names) => names.map((name) => `(local $${name} ${type})`).join(" ");
const names = (prefix, n) => Array.from({ length: n }, (_, i) => prefix + i);
const least = "(v128.const f32x4 -inf -inf -inf -inf)";

function template({ level, fma = false, own = false, block = 10, abreast = 4 }) {
  const product = (a, b, sum) => (fma ? `(f32x4.relaxed_madd ${a} ${b} ${sum})` : `(f32x4.add ${sum} (f32x4.mul ${a} ${b}))`);
  const select = (a, b, mask) => `(${fma ? "i32x4.relaxed_laneselect" : "v128.bitselect"} ${a} ${b} ${mask})`;

  // threshold is what best - second must exceed, by the sum of squares of a row (proof.go).
  const threshold = (sum) => `
    ${set("q", `(f32x4.add (f32x4.mul ${sum} (v128.load32_splat offset=${4 * fields.indexOf("scale")} (local.get $plan))) (v128.load32_splat offset=${4 * fields.indexOf("tiny")} (local.get $plan)))`)}
    ${set("q", `(f32x4.add
      (f32x4.add (v128.load32_splat offset=${4 * fields.indexOf("constant")} (local.get $plan))
        (f32x4.mul (f32x4.sqrt (local.get $q)) (v128.load32_splat offset=${4 * fields.indexOf("linear")} (local.get $plan))))
      (f32x4.add (f32x4.mul (local.get $q) (v128.load32_splat offset=${4 * fields.indexOf("square")} (local.get $plan)))
        (v128.and (v128.const f32x4 inf inf inf inf)
          (f32x4.ge (local.get $q) (v128.const f32x4 0x1p100 0x1p100 0x1p100 0x1p100)))))`)}`;

  // merge takes a score into the best, its label, and the second best.
  const merge = (score, best, second, label, name) => `
    ${set("m", `(f32x4.gt ${get(score)} ${get(best)})`)}
    ${set(second, `(f32x4.pmax ${get(second)} (f32x4.pmin ${get(best)} ${get(score)}))`)}
    ${set(label, select(get(name), get(label), get("m")))}
    ${set(best, `(f32x4.pmax ${get(best)} ${get(score)})`)}`;

  // centred takes the mean of feature i from a vector, squares it and keeps it.
  const centred = (vector, i) => `
    ${set("m", `(f32x4.sub ${vector} (v128.load32_splat offset=${4 * i} (local.get $mean)))`)}
    ${set("n", product(get("m"), get("m"), get("n")))}
    (v128.store offset=${4 * panel * i} (local.get $to) (local.get $m))`;
  const low = (a, b) => `(i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 ${a} ${b})`;
  const high = (a, b) => `(i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 ${a} ${b})`;
  const lows = (a, b) => `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${a} ${b})`;
  const highs = (a, b) => `(i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 ${a} ${b})`;

  const pack = `
  ;; pack lays out a panel of rows, feature by feature, less the mean; then their thresholds.
  (func $pack (param $plan i32) (param $x i32) (result i32)
    ${locals("i32", ["g", "f", "stride", "from", "to", "mean", "after"])} ${locals("v128", ["a", "b", "c", "e", "n", "m", "q"])}
    ${set("stride", shl(field("d"), 2))}
    ${set("after", add(field("scratch"), shl(field("d"), 6)))}
    (loop $group
      ${set("from", add(get("x"), `(i32.mul (local.get $stride) ${shl(get("g"), 2)})`))}
      ${set("to", add(field("scratch"), shl(get("g"), 4)))}
      ${set("mean", field("mean"))}
      ${set("n", "(v128.const i32x4 0 0 0 0)")}
      ${set("f", field("d"))}
      ${own ? "" : `(block $few (loop $four
        (br_if $few (i32.lt_s (local.get $f) (i32.const 4)))
        ${set("a", `(v128.load (local.get $from))`)}
        ${set("b", `(v128.load ${add(get("from"), get("stride"))})`)}
        ${set("c", `(v128.load ${add(get("from"), shl(get("stride"), 1))})`)}
        ${set("e", `(v128.load ${add(get("from"), `(i32.mul (local.get $stride) (i32.const 3))`)})`)}
        ${set("q", low(get("a"), get("b")))}
        ${set("a", high(get("a"), get("b")))}
        ${set("b", low(get("c"), get("e")))}
        ${set("c", high(get("c"), get("e")))}
        ${centred(lows(get("q"), get("b")), 0)}
        ${centred(highs(get("q"), get("b")), 1)}
        ${centred(lows(get("a"), get("c")), 2)}
        ${centred(highs(get("a"), get("c")), 3)}
        ${set("from", add(get("from"), num(16)))}
        ${set("mean", add(get("mean"), num(16)))}
        ${set("to", add(get("to"), num(16 * panel)))}
        ${set("f", add(get("f"), num(-4)))}
        (br $four)))`}
      (block $none (loop $one
        (br_if $none (i32.eqz (local.get $f)))
        ${centred(`(v128.load32_lane 3 ${add(get("from"), `(i32.mul (local.get $stride) (i32.const 3))`)}
          (v128.load32_lane 2 ${add(get("from"), shl(get("stride"), 1))}
          (v128.load32_lane 1 ${add(get("from"), get("stride"))} (v128.load32_zero (local.get $from)))))`, 0)}
        ${set("from", add(get("from"), num(4)))}
        ${set("mean", add(get("mean"), num(4)))}
        ${set("to", add(get("to"), num(4 * panel)))}
        ${set("f", add(get("f"), num(-1)))}
        (br $one)))
      ${threshold(get("n"))}
      (v128.store ${add(get("after"), shl(get("g"), 4))} (local.get $q))
      (br_if $group (i32.lt_u (local.tee $g ${add(get("g"), num(1))}) (i32.const ${groups}))))
    (local.get $after))`;

  const label = `
  ;; label scores a panel that is packed, and gives a bit for each row that is not proved.
  (func $label (param $plan i32) (param $thresholds i32) (param $labels i32) (param $margins i32) (result i32)
    ${locals("i32", ["doubt", "d", "tiles", "x", "c", "end"])} ${locals("v128", ["m", "s", ...names("name", tile), ...names("x", groups), ...names("best", groups), ...names("second", groups), ...names("label", groups)])}
    ${list(groups, (g) => locals("v128", names(`s${g}_`, tile)))}
    ${set("s", least)}
    ${list(groups, (g) => set(`best${g}`, get("s")) + set(`second${g}`, get("s")))}
    ${set("d", shl(field("d"), Math.log2(4 * tile)))}
    ${set("c", field("packed"))}
    ${set("tiles", field("tiles"))}
    (loop $tile
      ${list(tile, (c) => set("s", `(v128.load32_splat offset=${4 * c} (local.get $c))`) + set(`name${c}`, `(v128.load32_splat offset=${4 * (tile + c)} (local.get $c))`) + list(groups, (g) => set(`s${g}_${c}`, get("s"))))}
      ${set("c", add(get("c"), num(8 * tile)))}
      ${set("end", add(get("c"), get("d")))}
      ${set("x", field("scratch"))}
      (loop $feature
        ${list(groups, (g) => set(`x${g}`, `(v128.load offset=${16 * g} (local.get $x))`))}
        ${list(tile, (c) => set("s", `(v128.load32_splat offset=${4 * c} (local.get $c))`) + list(groups, (g) => set(`s${g}_${c}`, product(get(`x${g}`), get("s"), get(`s${g}_${c}`)))))}
        ${set("x", add(get("x"), num(4 * panel)))}
        (br_if $feature (i32.lt_u (local.tee $c ${add(get("c"), num(4 * tile))}) (local.get $end))))
      ${list(tile, (c) => list(groups, (g) => merge(`s${g}_${c}`, `best${g}`, `second${g}`, `label${g}`, `name${c}`)))}
      (br_if $tile (local.tee $tiles ${add(get("tiles"), num(-1))})))
    ${list(groups, (g) => `
      (v128.store offset=${16 * g} (local.get $labels) (local.get $label${g}))
      ${set("s", `(f32x4.sub (local.get $best${g}) (local.get $second${g}))`)}
      ${set("m", `(v128.load offset=${16 * g} (local.get $thresholds))`)}
      ${set("doubt", `(i32.or (local.get $doubt) ${shl(`(i32.xor (i32x4.bitmask (f32x4.gt (local.get $s) (local.get $m))) (i32.const 15))`, 4 * g)})`)}
      ${own ? "" : `(if (local.get $margins) (then (v128.store offset=${16 * g} (local.get $margins) (f32x4.sub (local.get $s) (local.get $m)))))`}`)}
    (local.get $doubt))`;

  // lanes shuffles 4 of the lanes of a, 0 to 3, and b, 4 to 7.
  const lanes = (a, b, which) => `(i8x16.shuffle ${which.flatMap((i) => [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3]).join(" ")} ${a} ${b})`;
  // fold takes in what the lanes of best, second and label hold that the shuffle brings to lane 0.
  const fold = (which) => `
    ${set("s", lanes(get("best"), get("best"), which))}
    ${set("m", `(f32x4.gt (local.get $s) (local.get $best))`)}
    ${set("second", `(f32x4.pmax (f32x4.pmax (local.get $second) ${lanes(get("second"), get("second"), which)}) (f32x4.pmin (local.get $best) (local.get $s)))`)}
    ${set("label", select(lanes(get("label"), get("label"), which), get("label"), get("m")))}
    ${set("best", `(f32x4.pmax (local.get $best) (local.get $s))`)}`;
  const sums = names("s", wideTile);
  // halves adds the sums of the lanes of two vectors up to two lanes each.
  const halves = (a, b) => `(f32x4.add ${lanes(get(a), get(b), [0, 1, 4, 5])} ${lanes(get(a), get(b), [2, 3, 6, 7])})`;
  const wide = `
  ;; wide labels a row with features in the lanes, and gives 1 if it is not proved.
  (func $wide (param $plan i32) (param $row i32) (param $label_ i32) (param $margin i32) (result i32)
    ${locals("i32", ["c", "end", "size", "tiles", "x", "mean"])}
    ${locals("v128", ["m", "s", "q", "n", "name", "best", "second", "label", "x0", ...sums])}
    ${set("best", least)}
    ${set("second", get("best"))}
    ${set("c", field("packed"))}
    ${set("size", `(i32.mul ${field("d")} (i32.const ${4 * wideTile}))`)}
    ${set("tiles", field("wide"))}
    (loop $tile
      ${["n", ...sums].map((name) => set(name, "(v128.const i32x4 0 0 0 0)")).join("\n")}
      ${set("x", get("row"))}
      ${set("mean", field("mean"))}
      ${set("end", add(get("c"), get("size")))}
      (loop $feature
        ${set("x0", "(f32x4.sub (v128.load (local.get $x)) (v128.load (local.get $mean)))")}
        ${set("n", product(get("x0"), get("x0"), get("n")))}
        ${list(wideTile, (c) => set(`s${c}`, product(get("x0"), `(v128.load offset=${8 * wideHead + 16 * c} (local.get $c))`, get(`s${c}`))))}
        ${set("x", add(get("x"), num(16)))}
        ${set("mean", add(get("mean"), num(16)))}
        (br_if $feature (i32.lt_u (local.tee $c ${add(get("c"), num(16 * wideTile))}) (local.get $end))))
      ${set("end", `(i32.sub (local.get $c) (local.get $size))`)}
      ${list(wideHead / 4, (g) => `
        ${set("m", halves(...[0, 1].map((i) => "s" + ((4 * g + i) % wideTile))))}
        ${set("q", halves(...[2, 3].map((i) => "s" + ((4 * g + i) % wideTile))))}
        ${set("s", `(f32x4.add (f32x4.add ${lanes(get("m"), get("q"), [0, 2, 4, 6])} ${lanes(get("m"), get("q"), [1, 3, 5, 7])}) (v128.load offset=${16 * g} (local.get $end)))`)}
        ${set("name", `(v128.load offset=${4 * wideHead + 16 * g} (local.get $end))`)}
        ${merge("s", "best", "second", "label", "name")}`)}
      ${set("c", add(get("c"), num(8 * wideHead)))}
      (br_if $tile (local.tee $tiles ${add(get("tiles"), num(-1))})))
    ${fold([2, 3, 0, 1])}
    ${fold([1, 0, 3, 2])}
    ${set("n", `(f32x4.add (local.get $n) ${lanes(get("n"), get("n"), [2, 3, 0, 1])})`)}
    ${set("n", `(f32x4.add (local.get $n) ${lanes(get("n"), get("n"), [1, 0, 3, 2])})`)}
    ${threshold(get("n"))}
    (i32.store (local.get $label_) (i32x4.extract_lane 0 (local.get $label)))
    ${set("s", "(f32x4.sub (local.get $best) (local.get $second))")}
    (if (local.get $margin) (then (f32.store (local.get $margin) (f32x4.extract_lane 0 (f32x4.sub (local.get $s) (local.get $q))))))
    (i32.eqz (f32.gt (f32x4.extract_lane 0 (local.get $s)) (f32x4.extract_lane 0 (local.get $q)))))`;
  const load = (i) => `(v128.load offset=${16 * i} (local.get $x))`;
  // columns sets x0, x1, ... to the features of 4 rows.
  const columns = {
    2: () => [set("s", load(0)), set("m", load(1)), set("x0", lanes(get("s"), get("m"), [0, 2, 4, 6])), set("x1", lanes(get("s"), get("m"), [1, 3, 5, 7]))],
    3: () => [
      ...[0, 1, 2].map((i) => set(["s", "m", "n"][i], load(i))),
      ...[[[0, 3, 6, 6], [0, 1, 2, 5]], [[1, 4, 7, 7], [0, 1, 2, 6]], [[2, 5, 5, 5], [0, 1, 4, 7]]].map(([one, two], t) =>
        set(`x${t}`, lanes(lanes(get("s"), get("m"), one), get("n"), two))),
    ],
    4: () => [
      set("s", load(0)), set("m", load(1)), set("x0", low(get("s"), get("m"))), set("x1", high(get("s"), get("m"))),
      set("s", load(2)), set("m", load(3)), set("n", low(get("s"), get("m"))), set("s", high(get("s"), get("m"))),
      set("x2", get("x1")), set("x3", get("s")),
      set("s", get("x0")), set("x0", lows(get("s"), get("n"))), set("x1", highs(get("s"), get("n"))),
      set("s", get("x2")), set("x2", lows(get("s"), get("x3"))), set("x3", highs(get("s"), get("x3"))),
    ],
  };
  // short is label for rows of d features, which stay in registers: nothing is packed.
  // The threshold is base + slope·|X|² here (plan.go).
  const short = (d) => `
  (func $short${d} (param $plan i32) (param $x i32) (param $labels i32) (param $margins i32) (result i32)
    ${locals("i32", ["doubt", "g", "c", "end", "mean"])} ${locals("v128", ["m", "s", "n", "name", "best", "second", "label", ...names("x", d)])}
    ${set("mean", field("mean"))}
    ${set("end", add(field("packed"), `(i32.mul ${field("tiles")} (i32.const ${4 * (d + 2)}))`))}
    (loop $group
      ${columns[d]().join("\n")}
      ${list(d, (t) => set(`x${t}`, `(f32x4.sub (local.get $x${t}) (v128.load32_splat offset=${4 * t} (local.get $mean)))`))}
      ${set("n", `(f32x4.mul (local.get $x0) (local.get $x0))`)}
      ${list(d - 1, (t) => set("n", product(get(`x${t + 1}`), get(`x${t + 1}`), get("n"))))}
      ${set("best", least)}
      ${set("second", get("best"))}
      ${set("c", field("packed"))}
      (loop $centroid
        ${set("s", "(v128.load32_splat (local.get $c))")}
        ${list(d, (t) => set("s", product(get(`x${t}`), `(v128.load32_splat offset=${8 + 4 * t} (local.get $c))`, get("s"))))}
        ${set("name", "(v128.load32_splat offset=4 (local.get $c))")}
        ${merge("s", "best", "second", "label", "name")}
        (br_if $centroid (i32.lt_u (local.tee $c ${add(get("c"), num(4 * (d + 2)))}) (local.get $end))))
      (v128.store (local.get $labels) (local.get $label))
      ${set("s", "(f32x4.sub (local.get $best) (local.get $second))")}
      ${set("m", product(get("n"), `(v128.load32_splat offset=${4 * fields.indexOf("slope")} (local.get $plan))`, `(v128.load32_splat offset=${4 * fields.indexOf("base")} (local.get $plan))`))}
      ${set("n", "(f32x4.lt (local.get $n) (v128.const f32x4 0x1p99 0x1p99 0x1p99 0x1p99))")}
      (if (local.get $margins) (then
        (v128.store (local.get $margins) (v128.and (local.get $n) (f32x4.sub (local.get $s) (local.get $m))))
        ${set("margins", add(get("margins"), num(16)))}))
      ${set("doubt", `(i32.or (local.get $doubt) (i32.shl (i32.xor (i32x4.bitmask (v128.and (local.get $n) (f32x4.gt (local.get $s) (local.get $m)))) (i32.const 15)) (local.get $g)))`)}
      ${set("x", add(get("x"), num(16 * d)))}
      ${set("labels", add(get("labels"), num(16)))}
      (br_if $group (i32.lt_u (local.tee $g ${add(get("g"), num(4))}) (i32.const ${panel}))))
    (local.get $doubt))`;
  const shorts = [2, 3, 4];

  const pairs = block / 2;
  const exact = `
  ;; exact decides a row by the definition: centroids are in the lanes, each has its own sum.
  (func $exact (param $plan i32) (param $row i32) (param $label i32) (param $squared i32)
    ${locals("i32", ["x", "c", "end", "d", "i", "j", "k"])} ${locals("v128", ["v", "m", "best", "at", ...names("s", pairs)])} (local $a f64) (local $b f64)
    ${set("best", "(v128.const f64x2 inf inf)")}
    ${set("d", `(i32.mul ${field("d")} (i32.const ${8 * block}))`)}
    ${set("c", field("exact"))}
    (loop $block
      ${list(pairs, (p) => set(`s${p}`, "(v128.const i32x4 0 0 0 0)"))}
      ${set("x", get("row"))}
      ${set("end", add(get("c"), get("d")))}
      (loop $feature
        ${set("v", "(f64x2.promote_low_f32x4 (v128.load32_splat (local.get $x)))")}
        ${list(pairs, (p) => set("m", `(f64x2.sub (local.get $v) (v128.load offset=${16 * p} (local.get $c)))`) + set(`s${p}`, `(f64x2.add (local.get $s${p}) (f64x2.mul (local.get $m) (local.get $m)))`))}
        ${set("x", add(get("x"), num(4)))}
        (br_if $feature (i32.lt_u (local.tee $c ${add(get("c"), num(8 * block))}) (local.get $end))))
      ${list(pairs, (p) => `
        ${set("at", `(v128.bitselect (i64x2.splat (i64.extend_i32_u ${add(get("i"), num(2 * p))})) (local.get $at) (f64x2.lt (local.get $s${p}) (local.get $best)))`)}
        ${set("best", `(f64x2.pmin (local.get $best) (local.get $s${p}))`)}`)}
      ${set("i", add(get("i"), num(block)))}
      (br_if $block (i32.lt_u (local.tee $k ${add(get("k"), num(1))}) ${field("blocks")})))
    ${set("i", "(i32x4.extract_lane 0 (local.get $at))")}
    ${set("j", add("(i32x4.extract_lane 2 (local.get $at))", num(1)))}
    ${set("a", "(f64x2.extract_lane 0 (local.get $best))")}
    ${set("b", "(f64x2.extract_lane 1 (local.get $best))")}
    (if (i32.or (f64.lt (local.get $b) (local.get $a)) (i32.and (f64.eq (local.get $b) (local.get $a)) (i32.lt_u (local.get $j) (local.get $i))))
      (then ${set("i", get("j"))} ${set("a", get("b"))}))
    (i32.store (local.get $label) (local.get $i))
    (if (local.get $squared) (then (f64.store (local.get $squared) (local.get $a)))))`;

  const distance = `
  ;; distance is that of the definition.
  (func $distance (param $x i32) (param $c i32) (param $d i32) (result f64) (local $s f64) (local $e f64)
    (loop $feature
      ${set("s", `(f64.add (local.get $s) (f64.mul (local.tee $e (f64.sub (f64.promote_f32 (f32.load (local.get $x))) (f64.load (local.get $c)))) (local.get $e)))`)}
      ${set("x", add(get("x"), num(4)))}
      ${set("c", add(get("c"), num(8)))}
      (br_if $feature (local.tee $d ${add(get("d"), num(-1))})))
    (local.get $s))`;
  const simple = `
  ;; exact decides a row by the definition, one centroid after the other.
  (func $exact (param $plan i32) (param $row i32) (param $label i32) (param $squared i32) (local $j i32) (local $at i32) (local $s f64) (local $best f64)
    ${set("best", "(f64.const inf)")}
    (loop $centroid
      (if (f64.lt (local.tee $s (call $distance (local.get $row) ${add(field("rows"), `(i32.mul (local.get $j) ${shl(field("d"), 3)})`)} ${field("d")})) (local.get $best))
        (then ${set("best", get("s"))} ${set("at", get("j"))}))
      (br_if $centroid (i32.lt_u (local.tee $j ${add(get("j"), num(1))}) ${field("blocks")})))
    (i32.store (local.get $label) (local.get $at))
    (f64.store (local.get $squared) (local.get $best)))`;

  // span measures as many rows as are abreast, from where x, labels and squared are.
  const span = (abreast) => `
      ${list(abreast, (r) => set(`c${r}`, add(get("centroids"), `(i32.mul (i32.load offset=${4 * r} (local.get $labels)) ${shl(get("d"), 3)})`)) + set(`s${r}`, "(f64.const 0)"))}
      ${set("end", add(get("x"), shl(get("d"), 2)))}
      (loop $feature
        ${list(abreast, (r) => set("e", `(f64.sub (f64.promote_f32 (f32.load ${r === 0 ? get("x") : add(get("x"), r === 1 ? shl(get("d"), 2) : `(i32.mul (local.get $d) (i32.const ${4 * r}))`)})) (f64.load (local.get $c${r})))`) + set(`s${r}`, `(f64.add (local.get $s${r}) (f64.mul (local.get $e) (local.get $e)))`) + set(`c${r}`, add(get(`c${r}`), num(8))))}
        (br_if $feature (i32.lt_u (local.tee $x ${add(get("x"), num(4))}) (local.get $end))))
      ${list(abreast, (r) => `(f64.store offset=${8 * r} (local.get $squared) (local.get $s${r}))`)}
      ${set("x", add(get("x"), `(i32.mul (local.get $d) (i32.const ${4 * (abreast - 1)}))`))}
      ${set("labels", add(get("labels"), num(4 * abreast)))}
      ${set("squared", add(get("squared"), num(8 * abreast)))}
      ${set("n", add(get("n"), num(-abreast)))}`;
  const measure = `
  ;; measure writes the squared distance of n rows to the centroids of their labels.
  (func $measure (export "measure") (param $x i32) (param $d i32) (param $centroids i32) (param $labels i32) (param $squared i32) (param $n i32)
    ${locals("i32", ["end", ...names("c", abreast)])} ${locals("f64", ["e", ...names("s", abreast)])}
    ${abreast === 1 ? "" : `(block $few (loop $rows
      (br_if $few (i32.lt_u (local.get $n) (i32.const ${abreast})))
      ${span(abreast)}
      (br $rows)))`}
    (block $none (loop $row
      (br_if $none (i32.eqz (local.get $n)))
      ${span(1)}
      (br $row))))`;

  // doubtful measures some rows, if that is wanted, and decides those that are in doubt.
  const doubtful = (rows) => `
    ${own ? `(loop $row
      (f64.store ${add(get("squared"), shl(get("i"), 3))} (call $distance ${add(get("x"), `(i32.mul (local.get $i) (local.get $stride))`)}
        ${add(field("rows"), `(i32.mul (i32.load ${add(get("labels"), shl(get("i"), 2))}) ${shl(field("d"), 3)})`)} ${field("d")}))
      (br_if $row (i32.lt_u (local.tee $i ${add(get("i"), num(1))}) ${rows})))`
      : `(if (local.get $squared) (then (call $measure (local.get $x) ${field("d")} ${field("rows")} (local.get $labels) (local.get $squared) ${rows})))`}
    (block $proved (loop $doubts
      (br_if $proved (i32.eqz (local.get $doubt)))
      ${set("i", "(i32.ctz (local.get $doubt))")}
      (call $exact (local.get $plan) ${add(get("x"), `(i32.mul (local.get $i) (local.get $stride))`)} ${add(get("labels"), shl(get("i"), 2))}
        ${own ? add(get("squared"), shl(get("i"), 3)) : `(select ${add(get("squared"), shl(get("i"), 3))} (i32.const 0) (local.get $squared))`})
      ${own ? "" : `(if (local.get $margins) (then (f32.store ${add(get("margins"), shl(get("i"), 2))} (f32.const 0))))`}
      ${set("doubt", `(i32.and (local.get $doubt) ${add(get("doubt"), num(-1))})`)}
      (br $doubts)))`;

  const advance = (n) => {
    const by = n === 1 ? (size) => num(size) : (size) => shl(get("step"), Math.log2(size));
    return `
      ${set("x", add(get("x"), n === 1 ? get("stride") : `(i32.mul (local.get $step) (local.get $stride))`))}
      ${set("labels", add(get("labels"), by(4)))}
      ${own ? set("squared", add(get("squared"), by(8))) : `(if (local.get $squared) (then ${set("squared", add(get("squared"), by(8)))}))`}
      ${own ? "" : `(if (local.get $margins) (then ${set("margins", add(get("margins"), by(4)))}))`}`;
  };
  // again goes on to the next rows; the last ones are those over which the kernel has been, in part.
  const again = (size, loop) => `
      ${set("n", add(get("n"), num(-size)))}
      (if (local.get $n) (then
        ${set("step", `(select (i32.const ${size}) (local.get $n) (i32.ge_u (local.get $n) (i32.const ${size})))`)}
        ${set("n", `(select (local.get $n) (i32.const ${size}) (i32.ge_u (local.get $n) (i32.const ${size})))`)}
        ${advance(size)}
        (br $${loop})))`;
  const wideRun = `
    (if ${field("wide")} (then
      (loop $some
        (if (local.get $n) (then
          ${set("step", `(select (i32.const ${panel}) (local.get $n) (i32.ge_u (local.get $n) (i32.const ${panel})))`)}
          ${set("i", num(0))}
          (loop $row
            ${set("doubt", `(i32.or (local.get $doubt) (i32.shl (call $wide (local.get $plan) ${add(get("x"), `(i32.mul (local.get $i) (local.get $stride))`)} ${add(get("labels"), shl(get("i"), 2))}
              (select ${add(get("margins"), shl(get("i"), 2))} (i32.const 0) (local.get $margins))) (local.get $i)))`)}
            (br_if $row (i32.lt_u (local.tee $i ${add(get("i"), num(1))}) (local.get $step))))
          ${doubtful(get("step"))}
          ${set("n", `(i32.sub (local.get $n) (local.get $step))`)}
          ${advance(panel)}
          (br $some))))
      (return)))`;
  const packed = set("doubt", `(call $label (local.get $plan) (call $pack (local.get $plan) (local.get $x)) (local.get $labels) ${own ? num(0) : get("margins")})`);
  const shortRun = (d) => `
    (if (i32.eq ${field("d")} (i32.const ${d})) (then
      (loop $panel
        ${set("doubt", `(call $short${d} (local.get $plan) (local.get $x) (local.get $labels) (local.get $margins))`)}
        ${doubtful(num(panel))}
        ${again(panel, "panel")})
      (return)))`;
  const run = `
  ;; run labels n rows. squared and margins may be 0.
  (func (export "run") (param $plan i32) (param $x i32) (param $n i32) (param $labels i32) (param $squared i32) ${own ? "" : "(param $margins i32)"}
    ${locals("i32", ["stride", "doubt", "i", "step"])}
    ${set("stride", shl(field("d"), 2))}
    ${own ? "" : wideRun}
    (if (i32.lt_u (local.get $n) (i32.const ${panel})) (then
      (loop $row
        (if (local.get $n) (then
          (call $exact (local.get $plan) (local.get $x) (local.get $labels) (local.get $squared))
          ${own ? "" : `(if (local.get $margins) (then (f32.store (local.get $margins) (f32.const 0))))`}
          ${advance(1)}
          ${set("n", add(get("n"), num(-1)))}
          (br $row))))
      (return)))
    ${own ? "" : shorts.map(shortRun).join("")}
    (loop $panel
      ${own ? set("i", num(0)) : ""}
      ${packed}
      ${doubtful(num(panel))}
      ${again(panel, "panel")}))`;

  return `(module
  ${own ? `(memory (export "memory") 1)` : `(import "env" "mem" (memory 1)) (func (export "level") (result i32) (i32.const ${level}))`}
  ${pack}${label}${own ? distance + simple : wide + shorts.map(short).join("") + exact + measure}${run})`;
}

const none = `(module
  (import "env" "mem" (memory 1))
  (func (export "level") (result i32) (i32.const 0))
  (func (export "run") (param i32 i32 i32 i32 i32 i32) unreachable)
  (func (export "measure") (param i32 i32 i32 i32 i32 i32) unreachable))`;

for (const [name, text] of [
  ["simd", template({ level: 1 })],
  ["relaxed", template({ level: 2, fma: true })],
  ["own", template({ own: true })],
  ["none", none],
]) {
  const features = { simd: true, relaxed_simd: true, sign_extension: true, mutable_globals: true, bulk_memory: true };
  const module = wabt.parseWat(name + ".wat", text, features);
  module.resolveNames();
  module.validate(features);
  const { buffer } = module.toBinary({});
  writeFileSync(join(folder, name + ".wasm"), buffer);
  if (process.env.SIZES) console.log(name, buffer.length, "bytes");
}
