// What the pointer does in a chart: it drags over what is to be selected, clicks
// on what is to be chosen, or turns a chart of three columns. What it means is
// told to the spec's pick as axis, from, to, axis, from, to, … in the data's
// units, and whether the pointer has let go; nothing selects nothing.
import { graphic } from "echarts/core";
import { areas } from "./charts_many.js";
import { theme } from "./charts_frame.js";

const STILL_PX = 4; // what moves less is a click
const DEGREES_PX = 0.5; // a turn, of a pixel

// listen makes the chart of c hear the pointer. c.spec may become another one.
export function listen(c, turn) {
  const zr = c.chart.getZr();
  let from, area, mark, last, frame = 0;

  zr.on("mousedown", ({ offsetX: x, offsetY: y }) => {
    if (c.spec.kind === "space") from = { x, y };
    else if (c.spec.picks) {
      area = areasOf(c).find((a) => x >= a.x && x <= a.x + a.width && y >= a.y && y <= a.y + a.height);
      if (area) from = { x, y };
    }
  });
  zr.on("mousemove", ({ offsetX: x, offsetY: y }) => {
    if (!from) return;
    last = { x, y };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (from) move();
    });
  });
  zr.on("mouseup", ({ offsetX: x, offsetY: y }) => end({ x, y }));
  zr.on("globalout", () => last && end(last));

  function move() {
    if (!area) {
      turn((last.x - from.x) * DEGREES_PX, (last.y - from.y) * DEGREES_PX);
      from = last;
      return;
    }
    if (!mark && Math.hypot(last.x - from.x, last.y - from.y) < STILL_PX) return;
    const { x, y, width, height } = part(area, from, last), t = theme();
    if (!mark) {
      c.chart.dispatchAction({ type: "hideTip" });
      zr.add((mark = new graphic.Rect({ silent: true, z: 100, style: { fill: t.ink, opacity: 0.12, stroke: t.ink, lineWidth: 1 } })));
    }
    mark.setShape({ x, y, width, height });
    tell(spansOf(area, from, last), false);
  }

  function end(at) {
    if (!from) return;
    const was = from, over = area, dragged = mark;
    cancelAnimationFrame(frame);
    if (mark) zr.remove(mark);
    from = area = mark = last = undefined;
    frame = 0;
    if (!over) return;
    if (dragged) tell(spansOf(over, was, at), true);
    else if (c.spec.spans?.length) tell([], true); // a click takes back what was selected
  }

  function tell(spans, done) {
    c.spec.pick(new Float64Array(spans.flat()), done);
  }

  c.chart.on("click", ({ seriesId, dataIndex }) => {
    if (!c.spec.picks) return;
    if (seriesId === "bars") tell([[0, dataIndex, dataIndex]], true);
    if (seriesId === "cells") tell([[0, dataIndex % c.spec.cols.length, dataIndex % c.spec.cols.length], [1, Math.floor(dataIndex / c.spec.cols.length), Math.floor(dataIndex / c.spec.cols.length)]], true);
  });
}

// areasOf gives where the pointer may select: see areas.
function areasOf({ chart, spec }) {
  switch (spec.kind) {
    case "scatter": case "histogram": {
      const box = chart.getModel().getComponent("grid").coordinateSystem.getRect();
      const value = (x, y) => chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [box.x + x * box.width, box.y + (1 - y) * box.height]);
      const spans = (x0, x1, y0, y1) => {
        const [left, low] = value(x0, y0), [right, high] = value(x1, y1);
        return spec.kind === "scatter" ? [[0, left, right], [1, low, high]] : [[0, left, right]];
      };
      return [{ x: box.x, y: box.y, width: box.width, height: box.height, only: spec.kind === "histogram" ? "x" : undefined, spans }];
    }
    case "parallel": case "matrix":
      return areas(spec, chart.getWidth(), chart.getHeight());
  }
  return [];
}

// part gives the rectangle from one point to another that is in the area; along
// one direction only it is as wide as the area.
function part(a, from, to) {
  const x0 = Math.max(a.x, Math.min(from.x, to.x)), x1 = Math.min(a.x + a.width, Math.max(from.x, to.x));
  const y0 = Math.max(a.y, Math.min(from.y, to.y)), y1 = Math.min(a.y + a.height, Math.max(from.y, to.y));
  return {
    ...(a.only === "y" ? { x: a.x, width: a.width } : { x: x0, width: Math.max(0, x1 - x0) }),
    ...(a.only === "x" ? { y: a.y, height: a.height } : { y: y0, height: Math.max(0, y1 - y0) }),
  };
}

function spansOf(a, from, to) {
  const { x, y, width, height } = part(a, from, to);
  return a.spans((x - a.x) / a.width, (x - a.x + width) / a.width, 1 - (y - a.y + height) / a.height, 1 - (y - a.y) / a.height);
}
