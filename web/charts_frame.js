// What all kinds of charts have in common: the style sheet's colours, the writing
// of numbers and names, and one frame with the same grid, axes, tooltip and
// description.
const COLOURS = 12;
// The symbols in the order of the badges: circle, triangle, square, diamond,
// pentagon; scale makes them look of one size.
const SYMBOLS = [
  { symbol: "circle", scale: 1 }, { symbol: "triangle", scale: 1.15 }, { symbol: "rect", scale: 0.9 }, { symbol: "diamond", scale: 1.25 },
  { symbol: "path://M12 .5L23.6 9l-4.4 14H4.8L.4 9z", scale: 1.1 },
];

const contrast = matchMedia("(prefers-contrast: more)");

// Colours.

let tokens; // of the theme that is on; nothing: to be read anew

// theme reads the style sheet's colours. A variable's own value is still in terms
// of both themes, so each is computed on an element.
export function theme() {
  if (tokens) return tokens;
  const probe = document.body.appendChild(document.createElement("i"));
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  tokens = Object.fromEntries(["ink", "ink-2", "ink-3", "line", "edge", "card", "bar", "div-lo", "div-mid", "div-hi"].map((name) => [name, read(name)]));
  tokens.clusters = Array.from({ length: COLOURS }, (_, i) => read(`c${i + 1}`));
  tokens.font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return tokens;
}

// forget has the colours read anew.
export function forget() {
  tokens = undefined;
}

// colourOf gives the colour of a group: that of its cluster; of a shade from 0 to
// 1, a step from pale to blue; else neutral ink.
export function colourOf(cluster, t, shade = -1) {
  if (shade >= 0) return mix(t.bar, t["div-hi"], shade);
  return cluster < 0 ? t["ink-3"] : t.clusters[cluster % COLOURS];
}

export const symbolOf = (cluster) => SYMBOLS[Math.max(0, cluster) % SYMBOLS.length];

const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);

// mix gives the colour that is a share of the way from a to b.
export function mix(a, b, share) {
  const to = rgb(b);
  return `rgb(${rgb(a).slice(0, 3).map((v, i) => Math.round(v + (to[i] - v) * share)).join(", ")})`;
}

// diverging gives the colour of a number from -1 to 1.
export const diverging = (v, t) => mix(t["div-mid"], v < 0 ? t["div-lo"] : t["div-hi"], Math.min(1, Math.abs(v)));

// figureOn gives the ink that reads better on a colour.
export function figureOn(colour) {
  const [r, g, b] = rgb(colour).map((v) => (v / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#131312" : "#ffffff";
}

// Words.

export const words = { num: String }; // the app puts its own short writing of numbers here

// exact writes a number whole, without the dust of binary fractions.
export const exact = (v) => String(+v.toPrecision(12));
// grouped does so with commas between thousands, for what is read at a glance.
export const grouped = (v) => v.toLocaleString("en", { maximumSignificantDigits: 12 });
// plain keeps names from being read as the markup of rich text.
export const plain = (s) => s.replaceAll("{", "{\u200b");
export const lines = (...all) => all.filter(Boolean).join("\n");

// The frame.

// base is the option that all kinds begin with.
export function base(spec, t, tooltip) {
  return {
    animation: false,
    textStyle: { fontFamily: t.font, color: t["ink-2"] },
    aria: { enabled: true, label: { description: spec.label }, decal: { show: contrast.matches } },
    tooltip: {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: t.card, borderColor: t.edge, borderWidth: 1, padding: [6, 10],
      textStyle: { color: t.ink, fontSize: 12, fontFamily: t.font, lineHeight: 18 }, ...tooltip,
    },
  };
}

// frame is base with two axes. An axis is { name, lo, hi }, the ends of what it
// shows, or an option of its own.
export function frame(spec, t, x, y, tooltip) {
  return {
    ...base(spec, t, tooltip),
    grid: { left: 4, right: 18, top: y.name ? 30 : 12, bottom: x.name ? 26 : 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis(x, t, { nameLocation: "middle", nameGap: 30, splitLine: { show: false } }),
    yAxis: axis(y, t, { nameLocation: "end", nameGap: 12, nameTextStyle: { align: "left" } }),
  };
}

function axis(a, t, place) {
  const { lo, hi, name, ...own } = a;
  const text = { color: t["ink-2"], fontSize: 12 };
  const step = (hi - lo) / 6, num = words.num;
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
export function ends(arrays, first, step) {
  let lo = Infinity, hi = -Infinity;
  for (const a of arrays)
    for (let i = first; i < a.length; i += step) {
      if (a[i] < lo && a[i] > -Infinity) lo = a[i];
      if (a[i] > hi && a[i] < Infinity) hi = a[i];
    }
  return lo <= hi ? { lo, hi } : { lo: 0, hi: 1 };
}

// pairs makes points of x, y, x, y, ….
export const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

// spanSeries shows what is selected on the axes of a grid: a band, or a rectangle
// if it is on both. A span is { axis, lo, hi }, 0 is across and 1 up.
export function spanSeries(spec, t) {
  const on = (n) => spec.spans?.find((s) => s.axis === n);
  const across = on(0), up = on(1);
  const renderItem = ({ coordSys: { x, y, width, height } }, api) => {
    const px = (v, n, from, to) => Math.min(to, Math.max(from, api.coord(n ? [0, v] : [v, 0])[n]));
    const left = across ? px(across.lo, 0, x, x + width) : x, right = across ? px(across.hi, 0, x, x + width) : x + width;
    const top = up ? px(up.hi, 1, y, y + height) : y, bottom = up ? px(up.lo, 1, y, y + height) : y + height;
    return {
      type: "rect", silent: true, shape: { x: left, y: top, width: right - left, height: bottom - top },
      style: { fill: t.ink, opacity: 0.07, stroke: t.ink, lineWidth: 1 },
    };
  };
  return {
    // Its one item has no place, so that no axis grows to have room for it.
    id: "spans", type: "custom", data: across || up ? [[NaN, NaN]] : [], silent: true, clip: false, z: 5, renderItem, tooltip: { show: false },
  };
}
