// The bridge between the app's charts and ECharts: package app/chart says what to
// show, here is how it looks. One frame serves all kinds: same grid, axes,
// tooltip and description, in the colours of the style sheet.
import { getInstanceByDom, init, use } from "echarts/core";
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, ScatterChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = 12;
// The symbols in the order of the badges: circle, triangle, square, diamond,
// pentagon; scale makes them look of one size.
const SYMBOLS = [
  { symbol: "circle", scale: 1 }, { symbol: "triangle", scale: 1.15 }, { symbol: "rect", scale: 0.9 }, { symbol: "diamond", scale: 1.25 },
  { symbol: "path://M12 .5L23.6 9l-4.4 14H4.8L.4 9z", scale: 1.1 },
];
const GLIDE_MS = 200; // of the centroids from pass to pass; nothing else moves
const TRAIL = 30; // newest segments of a trail that are drawn
const LOW_PX = 200; // charts lower than this have fewer lines across

const charts = new Map(); // element -> { chart, spec, observer }
const contrast = matchMedia("(prefers-contrast: more)"), calm = matchMedia("(prefers-reduced-motion: reduce)");

// bridge is what the app calls. A spec is what package app/chart sends: names
// and numbers, and in its arrays the bulk, as Float64Arrays that others name by
// index; points lie there as x, y, x, y, …
const bridge = {
  num: String, // the app puts its own short writing of numbers here
  draw, move, drop,
};

// draw shows spec in el, in the place of what was there.
function draw(el, spec) {
  let c = charts.get(el);
  if (!c) {
    const chart = init(el, null, { renderer: "canvas" });
    const observer = new ResizeObserver(() => requestAnimationFrame(() => {
      if (!chart.isDisposed() && el.clientWidth > 0) chart.resize();
    }));
    observer.observe(el);
    charts.set(el, (c = { chart, observer }));
  }
  c.spec = spec;
  spec.centers = centersOf(spec);
  paint(c);
}

// move shows the centers of spec in the chart that is there.
function move(el, spec) {
  const c = charts.get(el);
  if (!c) return;
  c.spec.centers = centersOf(spec); // in place: the tooltip reads them there
  c.chart.setOption({ series: centerSeries(c.spec, theme()) });
}

const centersOf = (spec) => spec.centers?.map((m) => ({ cluster: m.cluster, at: spec.arrays[m.at], trail: spec.arrays[m.trail] }));

// drop takes the chart away.
function drop(el) {
  const c = charts.get(el);
  if (!c) return;
  charts.delete(el);
  c.observer.disconnect();
  c.chart.dispose();
}

function paint(c) {
  // Merged by the ids of the series: what stays, as the centroids do, can glide.
  const option = kinds[c.spec.kind](c.spec, theme());
  if (option.yAxis.type === "value" && c.chart.getHeight() < LOW_PX) option.yAxis.splitNumber = 3;
  c.chart.setOption(option, { replaceMerge: ["series", "xAxis", "yAxis"] });
}

// Colours.

let tokens; // of the theme that is on; nothing: to be read anew

// theme reads the style sheet's colours. A variable's own value is still in terms
// of both themes, so each is computed on an element.
function theme() {
  if (tokens) return tokens;
  const probe = document.body.appendChild(document.createElement("i"));
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  tokens = Object.fromEntries(["ink", "ink-2", "ink-3", "line", "edge", "card", "bar"].map((name) => [name, read(name)]));
  tokens.clusters = Array.from({ length: COLOURS }, (_, i) => read(`c${i + 1}`));
  tokens.font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return tokens;
}

// retheme paints all charts in the colours that are in force.
function retheme() {
  tokens = undefined;
  for (const c of charts.values()) paint(c);
}
new MutationObserver(retheme).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", retheme);

const colourOf = (cluster, t) => (cluster < 0 ? t["ink-3"] : t.clusters[cluster % COLOURS]);
const symbolOf = (cluster) => SYMBOLS[Math.max(0, cluster) % SYMBOLS.length];

// figureOn gives the ink that reads better on a colour.
function figureOn(colour) {
  const [r, g, b] = colour.match(/[\d.]+/g).map((v) => (v / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#131312" : "#ffffff";
}

// Words.

// exact writes a number whole, without the dust of binary fractions.
const exact = (v) => String(+v.toPrecision(12));
// grouped does so with commas between thousands, for what is read at a glance.
const grouped = (v) => v.toLocaleString("en", { maximumSignificantDigits: 12 });
// plain keeps names from being read as the markup of rich text.
const plain = (s) => s.replaceAll("{", "{\u200b");
const lines = (...all) => all.filter(Boolean).join("\n");

// The frame.

// frame is the option that all kinds begin with. An axis is { name, lo, hi }, the
// ends of what it shows, or an option of its own.
function frame(spec, t, x, y, tooltip) {
  return {
    animation: false,
    textStyle: { fontFamily: t.font, color: t["ink-2"] },
    aria: { enabled: true, label: { description: spec.label }, decal: { show: contrast.matches } },
    grid: { left: 4, right: 18, top: y.name ? 30 : 12, bottom: x.name ? 26 : 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: t.card, borderColor: t.edge, borderWidth: 1, padding: [6, 10],
      textStyle: { color: t.ink, fontSize: 12, fontFamily: t.font, lineHeight: 18 }, ...tooltip,
    },
    xAxis: axis(x, t, { nameLocation: "middle", nameGap: 30, splitLine: { show: false } }),
    yAxis: axis(y, t, { nameLocation: "end", nameGap: 12, nameTextStyle: { align: "left" } }),
  };
}

function axis(a, t, place) {
  const { lo, hi, name, ...own } = a;
  const text = { color: t["ink-2"], fontSize: 12 };
  const step = (hi - lo) / 6, num = bridge.num;
  // Ticks whose short texts would be the same are written whole.
  const short = !(step > 0) || (num(hi) !== num(hi - step) && num(lo) !== num(lo + step));
  return {
    type: "value", scale: true, splitNumber: 5, name, ...place, nameTruncate: { maxWidth: 240 },
    nameTextStyle: { ...text, color: t.ink, ...place.nameTextStyle },
    axisLine: { show: true, lineStyle: { color: t.edge } }, axisTick: { show: false }, splitLine: { lineStyle: { color: t.line }, ...place.splitLine },
    axisLabel: { ...text, hideOverlap: true, formatter: (v) => (short ? num(v) : grouped(v)) },
    ...own,
  };
}

// ends gives the least and the greatest of what is finite in arrays, looking at
// every step-th number from the first on.
function ends(arrays, first, step) {
  let lo = Infinity, hi = -Infinity;
  for (const a of arrays)
    for (let i = first; i < a.length; i += step) {
      if (a[i] < lo && a[i] > -Infinity) lo = a[i];
      if (a[i] > hi && a[i] < Infinity) hi = a[i];
    }
  return lo <= hi ? { lo, hi } : { lo: 0, hi: 1 };
}

// The kinds.

const kinds = { scatter, line, histogram, bars };

function scatter(spec, t) {
  const groups = spec.groups.map((g) => ({ ...g, points: spec.arrays[g.points], ids: spec.arrays[g.ids] }));
  const n = groups.reduce((sum, g) => sum + g.points.length / 2, 0);
  const size = n < 500 ? 8 : n < 3000 ? 6 : 4;
  const all = groups.map((g) => g.points);
  const tip = ({ seriesId, dataIndex, name }) => {
    if (seriesId === "centers") {
      const at = spec.centers[dataIndex].at;
      return lines(`Centroid of cluster ${name}`, place(at[0], at[1]));
    }
    const g = groups[+seriesId.slice(1)];
    return lines(plain(g.name), g.ids && `row ${g.ids[dataIndex]}`, place(g.points[2 * dataIndex], g.points[2 * dataIndex + 1]));
  };
  const place = (x, y) => lines(`${plain(spec.x)}: ${exact(x)}`, `${plain(spec.y)}: ${exact(y)}`);
  return {
    ...frame(spec, t, { name: spec.x, ...ends(all, 0, 2) }, { name: spec.y, ...ends(all, 1, 2) }, { trigger: "item", formatter: tip }),
    series: [
      ...groups.map((g, i) => {
        const { symbol, scale } = symbolOf(g.cluster);
        return {
          id: `g${i}`, type: "scatter", name: g.name, data: g.points, dimensions: ["x", "y"], symbol, symbolSize: size * scale, z: 2,
          large: true, largeThreshold: 3000, itemStyle: { color: colourOf(g.cluster, t), opacity: n < 3000 ? 0.8 : 0.55 },
          emphasis: { scale: false, itemStyle: { opacity: 1, borderColor: t.ink, borderWidth: 1.5 } },
        };
      }),
      ...centerSeries(spec, t),
    ],
  };
}

// centerSeries is the centroids, outlined and numbered, and the trails that fade
// into where they came from.
function centerSeries(spec, t) {
  const segments = spec.centers.flatMap(({ cluster, trail }) => {
    const n = trail.length / 2 - 1, from = Math.max(0, n - TRAIL), out = [];
    for (let i = from; i < n; i++) out.push([...trail.subarray(2 * i, 2 * i + 4), cluster, (i - from + 1) / (n - from)]);
    return out;
  });
  const segment = (_, api) => {
    const [x1, y1] = api.coord([api.value(0), api.value(1)]), [x2, y2] = api.coord([api.value(2), api.value(3)]);
    const colour = colourOf(api.value(4), t), fresh = api.value(5);
    return { type: "line", silent: true, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1 + 2 * fresh, opacity: 0.15 + 0.7 * fresh, lineCap: "round" } };
  };
  const mark = ({ cluster, at }) => {
    const { symbol, scale } = symbolOf(cluster), colour = colourOf(cluster, t);
    return {
      name: String(cluster), value: [at[0], at[1]], symbol, symbolSize: 22 * scale * (symbol === "triangle" ? 1.15 : 1),
      itemStyle: { color: colour, borderColor: t.ink, borderWidth: 2, opacity: 1 },
      label: { show: true, formatter: "{b}", color: figureOn(colour), fontSize: 12, fontWeight: 700, offset: symbol === "triangle" ? [0, 4] : [0, 0] },
    };
  };
  return [
    { id: "trails", type: "custom", data: segments, encode: { x: [0, 2], y: [1, 3] }, renderItem: segment, clip: true, silent: true, z: 3, tooltip: { show: false } },
    {
      id: "centers", type: "scatter", data: spec.centers.map(mark), z: 4, emphasis: { scale: false },
      animation: !calm.matches, animationDuration: 0, animationDurationUpdate: GLIDE_MS, animationEasingUpdate: "cubicOut",
    },
  ];
}

function line(spec, t) {
  const all = spec.series.map((s) => ({ ...s, points: spec.arrays[s.points] })), many = all.length > 1;
  const styles = [[t.ink, "solid"], [t["ink-3"], "dashed"], [t["ink-2"], "dotted"]];
  const tip = (at) => lines(`${plain(spec.x)} ${exact(at[0].value[0])}`, ...at.map((p) => `${plain(many ? p.seriesName : spec.y)}: ${exact(p.value[1])}`));
  const whole = all.every((s) => s.points.every((v, i) => i % 2 === 1 || Number.isInteger(v)));
  const option = frame(spec, t, { name: spec.x, ...ends(all.map((s) => s.points), 0, 2), minInterval: whole ? 1 : undefined }, { name: spec.y, ...ends(all.map((s) => s.points), 1, 2) }, { trigger: "axis", formatter: tip, axisPointer: { lineStyle: { color: t.edge } } });
  if (many) option.grid.right = 90;
  return {
    ...option,
    series: all.map((s, i) => {
      const [color, type] = styles[i % styles.length], few = s.points.length <= 60;
      return {
        id: `s${i}`, type: "line", name: s.name, data: pairs(s.points), showSymbol: few, symbol: "circle", symbolSize: 5, lineStyle: { color, type, width: 2 }, itemStyle: { color },
        endLabel: { show: many, formatter: plain(s.name), color: t["ink-2"], width: 80, overflow: "truncate" }, emphasis: { disabled: true },
      };
    }),
  };
}

// pairs makes points of x, y, x, y, ….
const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

function histogram(spec, t) {
  const rows = spec.arrays[spec.bins], width = 5; // a bin is from, to, rows, rows up to its end, density
  const bins = Array.from({ length: rows.length / width }, (_, i) => {
    const [from, to, count, sum, density] = rows.subarray(i * width, (i + 1) * width);
    return [(from + to) / 2, count, from, to, sum, density];
  });
  const curve = spec.arrays[spec.curve];
  const x = bins.length ? { lo: bins[0][2], hi: bins.at(-1)[3] } : { lo: 0, hi: 1 };
  const top = ends([...bins.map((b) => [b[1]]), curve.filter((_, i) => i % 2)], 0, 1).hi;
  const tip = (at) => {
    const bin = at.find((p) => p.seriesId === "bins");
    if (!bin) return "";
    const [, count, from, to, sum, density] = bins[bin.dataIndex];
    const ends = bridge.num(from) === bridge.num(to) ? [exact(from), exact(to)] : [bridge.num(from), bridge.num(to)];
    return lines(ends.join(" to "), `count: ${exact(count)}`, `cumulative: ${exact(sum)}`, !Number.isNaN(density) && `density: ${bridge.num(density)}`);
  };
  const bar = (_, api) => {
    const [left, base] = api.coord([api.value(2), 0]), [right, y] = api.coord([api.value(3), api.value(1)]);
    const gap = right - left > 4 ? 0.5 : 0;
    return { type: "rect", shape: { x: left + gap, y, width: Math.max(1, right - left - 2 * gap), height: base - y }, style: { fill: t.bar } };
  };
  return {
    ...frame(spec, t, { name: spec.x, ...x, min: x.lo < x.hi ? x.lo : undefined, max: x.lo < x.hi ? x.hi : undefined }, { name: "rows", lo: 0, hi: top, scale: false, min: 0, minInterval: 1 },
      { trigger: "axis", formatter: tip, axisPointer: { type: "none" } }),
    series: [
      { id: "bins", type: "custom", data: bins, dimensions: ["middle", "rows", "from", "to", "sum", "density"], encode: { x: [0, 2, 3], y: 1 }, renderItem: bar, clip: true },
      { id: "curve", type: "line", data: pairs(curve), showSymbol: false, silent: true, lineStyle: { color: t.ink, width: 1.5 }, emphasis: { disabled: true }, tooltip: { show: false } },
    ],
  };
}

function bars(spec, t) {
  const values = [...spec.arrays[spec.values]];
  const tip = ({ dataIndex }) => lines(plain(spec.names[dataIndex]), exact(values[dataIndex]));
  const option = frame(spec, t, { lo: 0, hi: Math.max(0, ...values), scale: false, show: false }, {
    type: "category", data: spec.names, inverse: true, axisLine: { show: false },
    axisLabel: { color: t.ink, fontSize: 12, width: 120, overflow: "truncate", ...(values.length <= 15 && { interval: 0 }) },
  }, { trigger: "item", formatter: tip });
  option.grid.right = 48; // for the numbers at the bars' ends
  return {
    ...option,
    series: [{
      id: "bars", type: "bar", barMaxWidth: 18, barCategoryGap: "30%", emphasis: { disabled: true },
      data: values.map((value, i) => ({ value, itemStyle: { color: spec.clusters?.[i] >= 0 ? colourOf(spec.clusters[i], t) : t.bar } })),
      label: { show: true, position: "right", color: t["ink-2"], fontSize: 12, formatter: ({ value }) => bridge.num(value) },
    }],
  };
}

window.echarts = { getInstanceByDom, init };
window.centroidCharts = bridge;
dispatchEvent(new Event("centroidcharts")); // the app may have been first
