// The icons of the installed app: the mark of app/ui/icon.go (three clusters and
// their centre) on paper, as SVG, and as PNG drawn pixel by pixel.
import { deflateSync } from "node:zlib";

const PAPER = "#f7f6f3", INK = "#1d1c1a";
const FIELD = 32; // the mark's side, in its own units

// The mark, in the colours of clusters 1 to 3 of the light theme. inside tells
// whether a point lies in the shape.
const mark = [
  { color: "#4c91f9", svg: `circle cx="7" cy="22" r="4"`, inside: (x, y) => Math.hypot(x - 7, y - 22) <= 4 },
  { color: "#b98300", svg: `path d="M25 4.5l4.3 7.5h-8.6z"`, inside: (x, y) => y >= 4.5 && y <= 12 && Math.abs(x - 25) <= (y - 4.5) * (4.3 / 7.5) },
  { color: "#308f72", svg: `path d="M20 21h7.5v7.5h-7.5z"`, inside: (x, y) => x >= 20 && x <= 27.5 && y >= 21 && y <= 28.5 },
  { color: INK, svg: `path d="M16 10v12M10 16h12" fill="none" stroke="${INK}" stroke-width="2.6" stroke-linecap="round"`, inside: (x, y) => bar(x - 16, y - 16) || bar(y - 16, x - 16) },
];

// bar tells whether a point lies in a round-ended stroke from -6 to 6 along the first axis.
const bar = (along, across) => Math.hypot(Math.max(0, Math.abs(along) - 6), across) <= 1.3;

// iconSVG gives the icon as SVG, with no style of its own: a strict policy lets it be.
export function iconSVG() {
  const shapes = mark.map((s) => `<${s.svg}${s.svg.includes("fill=") ? "" : ` fill="${s.color}"`}/>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${FIELD} ${FIELD}"><rect width="${FIELD}" height="${FIELD}" rx="7" fill="${PAPER}"/>${shapes}</svg>\n`;
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

// iconPNG gives the icon as a PNG of size x size pixels. A maskable one fills
// its square and keeps the mark within the inner circle that no mask cuts.
export function iconPNG(size, maskable = false) {
  const shrink = maskable ? 0.68 : 1, corner = 7, sub = 4;
  const paper = rgb(PAPER), layers = mark.map((s) => ({ inside: s.inside, color: rgb(s.color) }));
  const onPaper = (x, y) => maskable || Math.hypot(Math.max(0, Math.abs(x - 16) - (16 - corner)), Math.max(0, Math.abs(y - 16) - (16 - corner))) <= corner;
  const raw = Buffer.alloc(size * (size * 4 + 1)); // each line begins with filter 0
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      const sum = [0, 0, 0];
      let seen = 0;
      for (let s = 0; s < sub * sub; s++) {
        const x = ((px + ((s % sub) + 0.5) / sub) / size) * FIELD, y = ((py + (Math.floor(s / sub) + 0.5) / sub) / size) * FIELD;
        if (!onPaper(x, y)) continue;
        const mx = (x - 16) / shrink + 16, my = (y - 16) / shrink + 16;
        const top = layers.findLast((l) => l.inside(mx, my))?.color ?? paper;
        seen++;
        for (let c = 0; c < 3; c++) sum[c] += top[c];
      }
      const at = py * (size * 4 + 1) + 1 + px * 4;
      if (seen === 0) continue;
      for (let c = 0; c < 3; c++) raw[at + c] = Math.round(sum[c] / seen);
      raw[at + 3] = Math.round((255 * seen) / (sub * sub));
    }
  }
  return png(size, raw);
}

// png wraps lines of RGBA pixels.
function png(size, raw) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]), out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

// crc32 is PNG's checksum; Node 20 has none before 20.15.
function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
