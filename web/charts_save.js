// Files for the user: a chart as a picture, or its numbers.
import { init } from "echarts/core";
import { theme } from "./charts_frame.js";

const SHARP = 2; // pixels of a picture for each on the screen

// savePicture saves what chart shows as name.png or name.svg; option makes it anew.
export function savePicture(chart, format, name, option) {
  const background = theme().card;
  if (format === "png") return offer(chart.getDataURL({ type: "png", pixelRatio: SHARP, backgroundColor: background }), `${name}.png`);
  const twin = init(null, null, { renderer: "svg", ssr: true, width: chart.getWidth(), height: chart.getHeight() });
  twin.setOption({ ...option(), backgroundColor: background });
  saveFile(`${name}.svg`, "image/svg+xml", twin.renderToSVGString());
  twin.dispose();
}

// saveFile saves a text.
export function saveFile(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  offer(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser has read it by then
}

function offer(url, name) {
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
}
