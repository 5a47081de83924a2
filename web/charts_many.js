// The charts of many columns: they have no axes of ECharts', but a layout of
// their own in a custom series. Values come as shares, from 0 to 1 along their
// column's axis, row by row; NaN is missing.
import { graphic } from "echarts/core";
import { base, colourOf, diverging, exact, figureOn, lines, plain, words } from "./charts_frame.js";

const DIM = 0.08; // opacity of what is not selected
const GAP = 6; // px between the cells of a matrix

// Thousands of marks are one shape: a stroke of the brush, not an element each.
graphic.registerShape("dots", graphic.extendShape({
  shape: { at: [], size: 3 }, // x, y, x, y, …
  buildPath(ctx, { at, size }) {
    for (let i = 0; i < at.length; i += 2) ctx.rect(at[i] - size / 2, at[i + 1] - size / 2, size, size);
  },
}));
graphic.registerShape("blocks", graphic.extendShape({
  shape: { at: [] }, // x, y, width, height, x, y, …
  buildPath(ctx, { at }) {
    for (let i = 0; i < at.length; i += 4) ctx.rect(at[i], at[i + 1], at[i + 2], at[i + 3]);
  },
}));
graphic.registerShape("threads", graphic.extendShape({
  shape: { at: [], n: 2 }, // n points a thread; it is cut where there is none
  buildPath(ctx, { at, n }) {
    for (let i = 0; i < at.length; i += 2 * n)
      for (let j = 0, pen = false; j < n; j++) {
        const x = at[i + 2 * j], y = at[i + 2 * j + 1];
        if (Number.isNaN(y)) pen = false;
        else if (pen) ctx.lineTo(x, y);
        else (pen = true), ctx.moveTo(x, y);
      }
  },
}));

// drawing is the option of a chart that paint draws: it gets the width and the
// height and gives the elements.
function drawing(spec, t, paint) {
  const renderItem = (_, api) => ({ type: "group", silent: true, children: paint(api.getWidth(), api.getHeight()) });
  return {
    ...base(spec, t, { show: false }), grid: { show: false },
    series: [{ id: "drawing", type: "custom", coordinateSystem: "none", data: [0], renderItem, silent: true, animation: false }],
  };
}

const text = (t, s, x, y, style) => ({ type: "text", silent: true, style: { text: s, x, y, fill: t["ink-2"], fontSize: 12, fontFamily: t.font, overflow: "truncate", ...style } });
const stroke = (colour, x1, y1, x2, y2, lineWidth = 1) => ({ type: "line", silent: true, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth } });

// each calls draw with a group's rows, then with those of them that are selected.
function each(spec, draw) {
  const out = [];
  for (const g of spec.groups) {
    const rows = spec.arrays[g.rows], lit = g.lit >= 0 ? spec.arrays[g.lit] : undefined;
    out.push(draw(g, rows, Boolean(lit)));
    if (!lit) continue;
    const n = spec.axes.length, some = new Float64Array(n * lit.length);
    lit.forEach((from, i) => some.set(rows.subarray(n * from, n * (from + 1)), n * i));
    out.push({ ...draw(g, some, false), z2: 1 });
  }
  return out;
}

// share gives where v is along an axis, valueAt what is there.
const share = (axis, v) => Math.min(1, Math.max(0, (v - axis.lo) / (axis.hi - axis.lo || 1)));
const valueAt = (axis, s) => axis.lo + s * (axis.hi - axis.lo);

// Parallel axes.

const parallelLayout = (spec, w, h) => {
  const side = Math.min(60, w / (spec.axes.length + 1)), step = spec.axes.length > 1 ? (w - 2 * side) / (spec.axes.length - 1) : 0;
  return { top: 44, bottom: h - 24, step, x: (i) => (step ? side + i * step : w / 2), wide: Math.max(30, Math.min(2 * side, step || w) - 8) };
};

export function parallel(spec, t) {
  const n = spec.axes.length;
  return drawing(spec, t, (w, h) => {
    const { top, bottom, x, wide } = parallelLayout(spec, w, h), y = (s) => bottom - s * (bottom - top);
    const all = spec.groups.reduce((sum, g) => sum + spec.arrays[g.rows].length / n, 0);
    const threads = each(spec, (g, rows, dim) => {
      const at = new Float64Array(2 * rows.length);
      rows.forEach((s, i) => { at[2 * i] = x(i % n); at[2 * i + 1] = y(s); });
      return { type: "threads", silent: true, shape: { at, n }, style: { fill: "none", stroke: colourOf(g.cluster, t, g.shade), lineWidth: 1, opacity: dim ? DIM : all < 300 ? 0.6 : 0.35 } };
    });
    const axes = spec.axes.flatMap((a, i) => [
      { ...stroke(t["ink-2"], x(i), top, x(i), bottom, 1.5), z2: 2 },
      text(t, plain(a.name), x(i), 4, { align: "center", width: wide, fill: t.ink, fontWeight: 600 }),
      text(t, end(a, 1), x(i), 22, { align: "center", width: wide }),
      text(t, end(a, 0), x(i), h - 16, { align: "center", width: wide }),
    ]);
    const spans = (spec.spans ?? []).map(({ axis, lo, hi }) => {
      const from = y(share(spec.axes[axis], hi)), to = y(share(spec.axes[axis], lo));
      return { type: "rect", silent: true, z2: 3, shape: { x: x(axis) - 6, y: from - 2, width: 12, height: to - from + 4 }, style: { fill: t.ink, opacity: 0.25, stroke: t.ink, lineWidth: 1 } };
    });
    return [...threads, ...axes, ...spans];
  });
}

// end writes what is at the end of an axis.
const end = (a, s) => plain(a.levels ? a.levels[Math.round(valueAt(a, s))] ?? "" : words.num(valueAt(a, s)));

// Scatter matrix: each pair of columns once, below the diagonal, which names them.

const matrixLayout = (spec, w, h) => {
  const n = spec.axes.length, wide = w / n, high = h / n;
  return { wide, high, cell: (i, j) => ({ x: j * wide + GAP / 2, y: i * high + GAP / 2, width: wide - GAP, height: high - GAP }) };
};

export function matrix(spec, t) {
  const n = spec.axes.length;
  return drawing(spec, t, (w, h) => {
    const { cell } = matrixLayout(spec, w, h), out = [];
    for (let i = 0; i < n; i++) {
      const own = cell(i, i), middle = own.x + own.width / 2;
      out.push(
        { type: "rect", silent: true, shape: own, style: { fill: "none", stroke: t.line } },
        text(t, plain(spec.axes[i].name), middle, own.y + own.height / 2 - 10, { align: "center", width: own.width - 8, fill: t.ink, fontWeight: 600 }),
        text(t, `${words.num(spec.axes[i].lo)} to ${words.num(spec.axes[i].hi)}`, middle, own.y + own.height / 2 + 6, { align: "center", width: own.width - 8 }));
      for (let j = 0; j < i; j++) {
        const box = cell(i, j), pad = 4;
        out.push({ type: "rect", silent: true, shape: box, style: { fill: "none", stroke: t.edge } });
        out.push(...each(spec, (g, rows, dim) => {
          const at = [];
          for (let r = 0; r < rows.length; r += n) {
            const x = rows[r + j], y = rows[r + i];
            if (!Number.isNaN(x + y)) at.push(box.x + pad + x * (box.width - 2 * pad), box.y + box.height - pad - y * (box.height - 2 * pad));
          }
          return { type: "dots", silent: true, shape: { at, size: 3 }, style: { fill: colourOf(g.cluster, t, g.shade), opacity: dim ? DIM * 2 : 0.7 } };
        }));
        for (const s of spec.spans ?? []) out.push(...band(s, i, j, box, pad, spec, t));
      }
    }
    return out;
  });
}

// band shows a span in the cell of columns i up and j across.
function band({ axis, lo, hi }, i, j, box, pad, spec, t) {
  if (axis !== i && axis !== j) return [];
  const from = share(spec.axes[axis], lo), to = share(spec.axes[axis], hi), w = box.width - 2 * pad, h = box.height - 2 * pad;
  const shape = axis === j
    ? { x: box.x + pad + from * w, y: box.y, width: (to - from) * w, height: box.height }
    : { x: box.x, y: box.y + pad + (1 - to) * h, width: box.width, height: (to - from) * h };
  return [{ type: "rect", silent: true, z2: 3, shape, style: { fill: t.ink, opacity: 0.08, stroke: t.ink, lineWidth: 1 } }];
}

// Three columns, seen from a side that can be chosen.

const FIRST = { across: 35, up: 20 }; // degrees

// turned gives the side after another turn.
export const turned = (from = FIRST, across, up) => ({ across: (from.across + across + 360) % 360, up: Math.min(90, Math.max(-90, from.up + up)) });

export function space(spec, t) {
  const { across, up } = spec.turn ?? FIRST;
  const ca = Math.cos((across * Math.PI) / 180), sa = Math.sin((across * Math.PI) / 180), cu = Math.cos((up * Math.PI) / 180), su = Math.sin((up * Math.PI) / 180);
  return drawing(spec, t, (w, h) => {
    const size = Math.min(w, h) / 1.85;
    // The third column goes up; x, y, z from 0 to 1.
    const to = (x, y, z) => {
      const a = x - 0.5, b = y - 0.5, c = z - 0.5, depth = a * sa + b * ca;
      return [w / 2 + (a * ca - b * sa) * size, h / 2 - (c * cu - depth * su) * size];
    };
    const out = [];
    for (const [from, axis] of CORNERS.flatMap((c) => [0, 1, 2].filter((i) => c[i] === 0).map((i) => [c, i]))) {
      const other = from.with(axis, 1), [x1, y1] = to(...from), [x2, y2] = to(...other), main = from.every((v) => v === 0);
      out.push(stroke(main ? t["ink-2"] : t.line, x1, y1, x2, y2, main ? 1.5 : 1));
      if (!main) continue;
      const a = spec.axes[axis], [x, y] = to(...[0, 0, 0].with(axis, 1.06));
      out.push({ ...text(t, `${plain(a.name)} ${words.num(a.hi)}`, x, y, { align: x < w / 2 ? "right" : "left", verticalAlign: "middle", fill: t.ink, width: Math.max(60, w * 0.3) }), z2: 4 });
    }
    const all = spec.groups.reduce((sum, g) => sum + spec.arrays[g.rows].length / 3, 0);
    out.push(...each(spec, (g, rows, dim) => {
      const at = [];
      for (let i = 0; i < rows.length; i += 3) {
        const [x, y] = to(rows[i], rows[i + 1], rows[i + 2]);
        if (!Number.isNaN(x + y)) at.push(x, y);
      }
      return { type: "dots", silent: true, shape: { at, size: all < 1000 ? 5 : 3 }, style: { fill: colourOf(g.cluster, t, g.shade), opacity: dim ? DIM : 0.7 } };
    }));
    return out;
  });
}

const CORNERS = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, i >> 2]);

// A heat map of numbers from -1 to 1.

export function heat(spec, t) {
  const values = spec.arrays[spec.values], counts = spec.counts >= 0 ? spec.arrays[spec.counts] : undefined, rows = spec.rows.length, cols = spec.cols.length;
  const longest = Math.max(...spec.rows.map((s) => s.length)), deep = Math.max(...spec.cols.map((s) => s.length));
  const layout = (w, h) => {
    const left = Math.min(0.35 * w, 12 + 7 * longest), wide = (w - left) / cols;
    const slant = 7 * deep > wide, top = slant ? Math.min(0.35 * h, 14 + 6 * deep) : 20;
    return { left, top, wide, high: (h - top - 2) / rows, slant };
  };
  const cell = ({ dataIndex }, api) => {
    const { left, top, wide, high } = layout(api.getWidth(), api.getHeight()), i = Math.floor(dataIndex / cols), j = dataIndex % cols, v = values[dataIndex];
    const fill = Number.isNaN(v) ? t.card : diverging(v, t);
    return {
      type: "rect", shape: { x: left + j * wide + 0.5, y: top + i * high + 0.5, width: Math.max(1, wide - 1), height: Math.max(1, high - 1) }, style: { fill, stroke: Number.isNaN(v) ? t.line : undefined },
      textContent: wide > 34 && high > 14 ? { style: { text: Number.isNaN(v) ? "–" : v.toFixed(2), fill: Number.isNaN(v) ? t["ink-3"] : figureOn(fill), fontSize: 11, fontFamily: t.font } } : undefined,
      textConfig: { position: "inside" },
    };
  };
  const names = (_, api) => {
    const { left, top, wide, high, slant } = layout(api.getWidth(), api.getHeight()), children = [];
    // As many names as there is room for.
    const every = Math.ceil(14 / high), across = Math.ceil((slant ? 14 : 1) / wide);
    spec.rows.forEach((s, i) => { if (i % every === 0) children.push(text(t, plain(s), left - 6, top + (i + 0.5) * high, { align: "right", verticalAlign: "middle", width: left - 8, fill: t.ink })); });
    spec.cols.forEach((s, j) => {
      if (j % across) return;
      const x = left + (j + 0.5) * wide;
      const style = slant ? { align: "left", verticalAlign: "middle", width: top - 8 } : { align: "center", verticalAlign: "bottom", width: wide };
      const e = text(t, plain(s), slant ? 0 : x, slant ? 0 : top - 4, { ...style, fill: t.ink });
      children.push(slant ? { ...e, x, y: top - 4, rotation: Math.PI / 2 } : e);
    });
    return { type: "group", silent: true, children };
  };
  const tip = ({ dataIndex }) => {
    const a = plain(spec.rows[Math.floor(dataIndex / cols)]), b = plain(spec.cols[dataIndex % cols]), v = values[dataIndex];
    return lines(`${a}, ${b}`, Number.isNaN(v) ? "none" : exact(+v.toPrecision(6)), counts && `of ${exact(counts[dataIndex])} rows`);
  };
  return {
    ...base(spec, t, { trigger: "item", formatter: tip }), grid: { show: false },
    series: [
      { id: "cells", type: "custom", coordinateSystem: "none", data: Array.from(values, (_, i) => i), renderItem: cell, animation: false, cursor: spec.picks ? "pointer" : "default" },
      { id: "names", type: "custom", coordinateSystem: "none", data: [0], renderItem: names, silent: true, animation: false, tooltip: { show: false } },
    ],
  };
}

// areas gives where the pointer may select in such a chart: a rectangle in px and
// what a part of it, in shares from its left and its bottom, means in spans.
export function areas(spec, w, h) {
  const span = (axis, from, to) => [axis, valueAt(spec.axes[axis], from), valueAt(spec.axes[axis], to)];
  if (spec.kind === "parallel") {
    const { top, bottom, step, x } = parallelLayout(spec, w, h), half = Math.min(24, step / 2 || 24);
    return spec.axes.map((_, i) => ({ x: x(i) - half, y: top, width: 2 * half, height: bottom - top, only: "y", spans: (_x0, _x1, y0, y1) => [span(i, y0, y1)] }));
  }
  const { cell } = matrixLayout(spec, w, h), out = [];
  for (let i = 0; i < spec.axes.length; i++)
    for (let j = 0; j < i; j++) {
      const box = cell(i, j);
      out.push({ x: box.x + 4, y: box.y + 4, width: box.width - 8, height: box.height - 8, spans: (x0, x1, y0, y1) => [span(j, x0, x1), span(i, y0, y1)] });
    }
  return out;
}
