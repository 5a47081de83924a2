// The bridge between the app's charts and ECharts: package app/chart says what to
// show, charts_*.js are how it looks, and here is when it is drawn.
import { getInstanceByDom, init, use } from "echarts/core";
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { forget, theme, words } from "./charts_frame.js";
import { bars, centerSeries, histogram, line, scatter } from "./charts_kinds.js";
import { heat, matrix, parallel, space, turned } from "./charts_many.js";
import { listen } from "./charts_pick.js";
import { saveFile, savePicture } from "./charts_save.js";

use([BarChart, CustomChart, LineChart, ScatterChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer, SVGRenderer]);

const kinds = { scatter, line, histogram, bars, heat, matrix, parallel, space };
const LOW_PX = 200; // charts lower than this have fewer lines across

const charts = new Map(); // element -> { el, spec, observer, chart, stale }

// bridge is what the app calls. A spec is what package app/chart sends: names
// and numbers, and in its arrays the bulk, as Float64Arrays that others name by
// index; points lie there as x, y, x, y, …
const bridge = {
  // num is the app's own short writing of numbers.
  get num() { return words.num; },
  set num(f) { words.num = f; },
  awaits, draw, move, turn, drop, save, saveFile,
};

// awaits tells whether el is in sight, so that a spec is to be drawn at once. Of what
// is out of sight make is kept, which draws one: it is called when the browser has
// nothing else to do, or when el comes into sight. A spec that nobody sees costs nothing.
function awaits(el, make) {
  const c = placeOf(el);
  c.make = undefined;
  if (inSight(el)) return true;
  c.make = make;
  later(c);
  return false;
}

function placeOf(el) {
  let c = charts.get(el);
  if (!c) {
    c = { el };
    c.observer = new ResizeObserver(() => requestAnimationFrame(() => {
      if (c.chart && !c.chart.isDisposed() && el.clientWidth > 0) c.chart.resize();
    }));
    c.observer.observe(el);
    seen.observe(el);
    charts.set(el, c);
  }
  return c;
}

// draw shows spec in el, in the place of what was there.
function draw(el, spec) {
  const c = placeOf(el);
  if (c.spec?.turn && spec.kind === "space") spec.turn = c.spec.turn;
  c.spec = spec;
  spec.centers = centersOf(spec);
  paint(c);
}

// fresh draws what el is to show by now.
function fresh(c) {
  const make = c.make;
  c.make = undefined;
  if (make) make();
  else if (c.spec) paint(c);
}

// move shows the centers of spec in the chart that is there.
function move(el, spec) {
  const c = charts.get(el);
  if (!c?.spec) return;
  c.spec.centers = centersOf(spec); // in place: the tooltip reads them there
  if (c.chart && !c.stale) c.chart.setOption({ series: centerSeries(c.spec, theme()) });
}

const centersOf = (spec) => spec.centers?.map((m) => ({ cluster: m.cluster, at: spec.arrays[m.at], trail: spec.arrays[m.trail] }));

// turn turns a chart of three columns by so many degrees.
function turn(el, across, up) {
  const c = charts.get(el);
  if (c?.spec?.kind !== "space") return;
  c.spec.turn = turned(c.spec.turn, across, up);
  paint(c);
}

// drop takes the chart away.
function drop(el) {
  const c = charts.get(el);
  if (!c) return;
  charts.delete(el);
  c.observer.disconnect();
  seen.unobserve(el);
  c.chart?.dispose();
}

// save gives the picture to the user as a file, format is "png" or "svg".
function save(el, format, name) {
  const c = charts.get(el);
  if (!c) return;
  if (!c.chart || c.stale) fresh(c);
  savePicture(c.chart, format, name, () => kinds[c.spec.kind](c.spec, theme()));
}

// paint draws what c is to show. What goes wrong is reported, as all that is not
// caught is, but does not end the app that called: the table is still there.
function paint(c) {
  c.stale = false;
  try {
    show(c);
  } catch (err) {
    reportError(err);
  }
}

function show(c) {
  if (!c.chart) {
    c.chart = init(c.el, null, { renderer: "canvas" });
    listen(c, (across, up) => turn(c.el, across, up));
  }
  const option = kinds[c.spec.kind](c.spec, theme()), only = changed(c.shown, c.spec);
  c.shown = c.spec;
  if (only) return c.chart.setOption({ series: option.series.filter((s) => only.test(s.id)) });
  // Merged by the ids of the series: what stays, as the centroids do, can glide.
  if (option.yAxis?.type === "value" && c.chart.getHeight() < LOW_PX) option.yAxis.splitNumber = 3;
  c.chart.setOption(option, { replaceMerge: ["series", "xAxis", "yAxis", "grid"] });
}

// The series that show what is selected, by the kind of chart.
const LIT = { scatter: /^(l\d+|spans)$/, histogram: /^(lit|spans)$/ };

// changed names the series in which a spec differs from the one that is shown, if
// that is what is selected alone: while a pointer selects, the rest is not made anew.
function changed(shown, spec) {
  if (!LIT[spec.kind] || shown?.kind !== spec.kind || shown.centers?.length || spec.centers?.length) return undefined;
  const lit = new Set([spec.lit, ...(spec.groups ?? []).map((g) => g.lit)]);
  const rest = ({ arrays, centers, spans, ...head }) => JSON.stringify([head, !spans, arrays.length]);
  const same = (a, i) => lit.has(i) || (a.length === shown.arrays[i].length && a.every((v, j) => Object.is(v, shown.arrays[i][j])));
  return rest(shown) === rest(spec) && spec.arrays.every(same) ? LIT[spec.kind] : undefined;
}

// What is out of sight.

const seen = new IntersectionObserver((entries) => {
  for (const e of entries) {
    const c = charts.get(e.target);
    if (e.isIntersecting && c?.stale) fresh(c);
  }
}, { rootMargin: "100px" });

function inSight(el) {
  const box = el.getBoundingClientRect();
  return box.bottom > -100 && box.top < innerHeight + 100;
}

const QUIET_MS = 250; // without a drawing before what is out of sight is drawn
const whenIdle = window.requestIdleCallback ?? ((fn) => setTimeout(fn, 50));
let idle = 0; // the timer or the wish to draw what is stale; 0: none

function later(c) {
  c.stale = true;
  clearTimeout(idle);
  idle = setTimeout(() => whenIdle(drawStale), QUIET_MS);
}

// drawStale draws one chart at a time, so that a click never waits for more than one.
function drawStale() {
  const stale = [...charts.values()].filter((c) => c.stale && c.el.clientWidth > 0);
  if (stale.length) fresh(stale[0]);
  if (stale.length > 1) whenIdle(drawStale);
}

// retheme paints all charts in the colours that are in force.
function retheme() {
  forget();
  for (const c of charts.values()) {
    c.shown = undefined;
    if (inSight(c.el)) fresh(c);
    else later(c);
  }
}
new MutationObserver(retheme).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", retheme);

window.echarts = { getInstanceByDom, init };
window.centroidCharts = bridge;
dispatchEvent(new Event("centroidcharts")); // the app may have been first
