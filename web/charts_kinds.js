// The charts of two axes.
import { colourOf, ends, exact, figureOn, frame, lines, mix, pairs, plain, spanSeries, symbolOf, words } from "./charts_frame.js";

const GLIDE_MS = 200; // of the centroids from pass to pass; nothing else moves
const TRAIL = 30; // newest segments of a trail that are drawn
const DIM = 0.1; // opacity of what is not selected

const calm = matchMedia("(prefers-reduced-motion: reduce)");

const LARGE = 2000; // points from which on a group is painted in one stroke

export function scatter(spec, t) {
  const at = (i) => (i >= 0 ? spec.arrays[i] : undefined);
  const groups = spec.groups.map((g) => ({ ...g, points: at(g.points), ids: at(g.ids), lit: at(g.lit ?? -1), third: at(g.third ?? -1) }));
  const n = groups.reduce((sum, g) => sum + g.points.length / 2, 0);
  const size = n < 500 ? 8 : n < 3000 ? 6 : 4;
  const all = groups.map((g) => g.points), third = spec.z ? ends(groups.map((g) => g.third ?? []), 0, 1) : undefined;
  const tip = ({ seriesId, dataIndex, name }) => {
    if (seriesId === "centers") {
      const at = spec.centers[dataIndex].at;
      return lines(`Centroid of cluster ${name}`, place(at[0], at[1]));
    }
    const g = groups[+seriesId.slice(1)], i = seriesId[0] === "l" ? g.lit[dataIndex] : dataIndex;
    return lines(plain(g.name), g.ids && `row ${g.ids[i]}`, place(g.points[2 * i], g.points[2 * i + 1]), spec.z && `${plain(spec.z)}: ${Number.isNaN(g.third[i]) ? "none" : exact(g.third[i])}`);
  };
  const place = (x, y) => lines(`${plain(spec.x)}: ${exact(x)}`, `${plain(spec.y)}: ${exact(y)}`);
  // those gives the series of a group's points, or of those of them that are selected.
  const those = (g, id, points, lit) => {
    const { symbol, scale } = symbolOf(g.cluster), dim = g.lit && !lit;
    // By size a point has from 3 to 18 px, as its area tells; one without a value the least.
    const bySize = (_, { dataIndex }) => 3 + 15 * Math.sqrt(Math.max(0, (g.third[lit ? lit[dataIndex] : dataIndex] - third.lo) / (third.hi - third.lo || 1) || 0));
    return {
      id, type: "scatter", name: g.name, data: points, dimensions: ["x", "y"], symbol, symbolSize: third ? bySize : size * scale, z: 2, silent: dim,
      large: n > LARGE && !third && points.length > 0, largeThreshold: 0, itemStyle: { color: colourOf(g.cluster, t, g.shade), opacity: dim ? DIM : n < 3000 ? 0.8 : 0.55 },
      emphasis: { scale: false, itemStyle: { opacity: 1, borderColor: t.ink, borderWidth: 1.5 } },
    };
  };
  const picked = ({ points, lit }) => {
    const out = new Float64Array(2 * lit.length);
    lit.forEach((from, i) => out.set(points.subarray(2 * from, 2 * from + 2), 2 * i));
    return out;
  };
  return {
    ...frame(spec, t, { name: spec.x, ...ends(all, 0, 2) }, { name: spec.y, ...ends(all, 1, 2) }, { trigger: "item", formatter: tip }),
    series: [
      ...groups.map((g, i) => those(g, `g${i}`, g.points)),
      ...groups.flatMap((g, i) => (g.lit ? [those(g, `l${i}`, picked(g), g.lit)] : [])),
      ...(spec.spans ? [spanSeries(spec, t)] : []),
      ...centerSeries(spec, t),
    ],
  };
}

// centerSeries is the centroids, outlined and numbered, and the trails that fade
// into where they came from.
export function centerSeries(spec, t) {
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

export function line(spec, t) {
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

export function histogram(spec, t) {
  const rows = spec.arrays[spec.bins], width = 5; // a bin is from, to, rows, rows up to its end, density
  const lit = spec.lit >= 0 ? spec.arrays[spec.lit] : undefined; // of each bin, the rows that are selected
  const bins = Array.from({ length: rows.length / width }, (_, i) => {
    const [from, to, count, sum, density] = rows.subarray(i * width, (i + 1) * width);
    return [(from + to) / 2, count, from, to, sum, density];
  });
  const curve = spec.arrays[spec.curve], box = spec.box >= 0 ? spec.arrays[spec.box] : undefined;
  const x = bins.length ? { lo: bins[0][2], hi: bins.at(-1)[3] } : { lo: 0, hi: 1 };
  const top = ends([...bins.map((b) => [b[1]]), curve.filter((_, i) => i % 2)], 0, 1).hi;
  const tip = (at) => {
    const bin = at.find((p) => p.seriesId === "bins");
    if (!bin) return "";
    const [, count, from, to, sum, density] = bins[bin.dataIndex];
    const ends = words.num(from) === words.num(to) ? [exact(from), exact(to)] : [words.num(from), words.num(to)];
    return lines(ends.join(" to "), `count: ${exact(count)}`, lit && `selected: ${exact(Math.round(lit[bin.dataIndex]))}`, `cumulative: ${exact(sum)}`, !Number.isNaN(density) && `density: ${words.num(density)}`);
  };
  // All bars are one shape, drawn with the first: an element each takes ten times as long.
  const bar = (fill, heights) => ({ dataIndexInside }, api) => {
    if (dataIndexInside > 0) return null;
    const at = bins.flatMap(([, , from, to], i) => {
      const [left, base] = api.coord([from, 0]), [right, y] = api.coord([to, heights[i]]), gap = right - left > 4 ? 0.5 : 0;
      return [left + gap, y, Math.max(1, right - left - 2 * gap), base - y];
    });
    return { type: "blocks", shape: { at }, style: { fill } };
  };
  const dimensions = ["middle", "rows", "from", "to", "sum", "density"], encode = { x: [0, 2, 3], y: 1 };
  const option = frame(spec, t, { name: spec.x, ...x, min: x.lo < x.hi ? x.lo : undefined, max: x.lo < x.hi ? x.hi : undefined }, { name: "rows", lo: 0, hi: top, scale: false, min: 0, minInterval: 1 },
    { trigger: "axis", formatter: tip, axisPointer: { type: "none" } });
  if (box) option.grid.top += BOX_PX;
  return {
    ...option,
    series: [
      { id: "bins", type: "custom", data: bins, dimensions, encode, renderItem: bar(t.bar, bins.map((b) => b[1])), clip: true },
      { id: "curve", type: "line", data: pairs(curve), showSymbol: false, silent: true, z: 4, lineStyle: { color: t.ink, width: 1.5 }, emphasis: { disabled: true }, tooltip: { show: false } },
      ...(lit ? [{ id: "lit", type: "custom", data: bins.map((b, i) => [b[0], lit[i], ...b.slice(2)]), dimensions, encode, renderItem: bar(t.ink, lit), clip: true, silent: true, z: 3, tooltip: { show: false } }] : []),
      ...(box ? [boxSeries(box, t)] : []),
      ...(spec.spans ? [spanSeries(spec, t)] : []),
    ],
  };
}

const BOX_PX = 22; // height of the box plot above a histogram

// boxSeries is a box plot along the axis of a histogram: lower whisker, quartile,
// median, quartile, upper whisker, then values beyond the whiskers.
function boxSeries(box, t) {
  const renderItem = ({ coordSys }, api) => {
    const at = (v) => Math.min(coordSys.x + coordSys.width, Math.max(coordSys.x, api.coord([v, 0])[0]));
    const [low, q1, mid, q3, high] = [...box.subarray(0, 5)].map(at), y = coordSys.y - 26 - BOX_PX / 2, half = 6;
    const stroke = { stroke: t["ink-2"], lineWidth: 1.5 };
    const line = (x1, y1, x2, y2, style = stroke) => ({ type: "line", silent: true, shape: { x1, y1, x2, y2 }, style });
    return {
      type: "group", silent: true, children: [
        line(low, y, q1, y), line(q3, y, high, y), line(low, y - 3, low, y + 3), line(high, y - 3, high, y + 3),
        { type: "rect", silent: true, shape: { x: q1, y: y - half, width: Math.max(1, q3 - q1), height: 2 * half }, style: { fill: t.card, ...stroke } },
        line(mid, y - half, mid, y + half, { stroke: t.ink, lineWidth: 2.5 }),
        { type: "blocks", silent: true, shape: { at: [...box.subarray(5)].flatMap((v) => [at(v) - 1.5, y - 1.5, 3, 3]) }, style: { fill: t["ink-3"], opacity: 0.6 } },
      ],
    };
  };
  return { id: "box", type: "custom", data: [[NaN, NaN]], renderItem, silent: true, clip: false, tooltip: { show: false } };
}

export function bars(spec, t) {
  const values = [...spec.arrays[spec.values]], lit = spec.lit >= 0 ? spec.arrays[spec.lit] : undefined;
  const tip = ({ dataIndex }) => lines(plain(spec.names[dataIndex]), exact(values[dataIndex]), lit && `selected: ${exact(Math.round(lit[dataIndex]))}`);
  const option = frame(spec, t, { lo: 0, hi: Math.max(0, ...values), scale: false, show: false }, {
    type: "category", data: spec.names, inverse: true, axisLine: { show: false },
    axisLabel: { color: t.ink, fontSize: 12, width: 120, overflow: "truncate", ...(values.length <= 15 && { interval: 0 }) },
  }, { trigger: "item", formatter: tip });
  const fill = (i) => (spec.clusters?.[i] >= 0 ? colourOf(spec.clusters[i], t) : t.bar);
  option.grid.right = 48; // for the numbers at the bars' ends
  return {
    ...option,
    series: [{
      id: "bars", type: "bar", barMaxWidth: 18, barCategoryGap: "30%", barGap: "-100%", emphasis: { disabled: true }, cursor: spec.picks ? "pointer" : "default",
      data: values.map((value, i) => ({ value, itemStyle: { color: lit ? mix(t.card, fill(i), 0.4) : fill(i) } })),
      label: { show: true, position: "right", color: t["ink-2"], fontSize: 12, formatter: ({ value }) => words.num(value) },
    }, ...(lit ? [{
      id: "lit", type: "bar", barMaxWidth: 18, barCategoryGap: "30%", silent: true, emphasis: { disabled: true }, z: 3, tooltip: { show: false },
      data: [...lit].map((value, i) => ({ value, itemStyle: { color: spec.clusters?.[i] >= 0 ? fill(i) : t.ink } })),
    }] : [])],
  };
}

