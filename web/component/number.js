// Numbers as people read and slide them.

// readNumber gives the number that a text is; NaN if it is none.
export function readNumber(text) {
  const t = String(text).trim();
  return t === "" ? NaN : Number(t);
}

// write gives the shortest text that is the number; with digits, one that has no more of them.
export function write(v, digits) {
  if (!Number.isFinite(v)) return "";
  return String(digits ? Number(v.toPrecision(digits)) : v);
}

// rangeOf gives a slider's ends and step: round values that include the range
// of the training. null if that is unknown or a point.
export function rangeOf({ min, max }) {
  if (!Number.isFinite(min) || !Number.isFinite(max) || !(max > min) || !Number.isFinite(max - min)) return null;
  const e = Math.floor(Math.log10((max - min) / 100));
  const step = Number(`1e${e}`); // 10 ** e is not always the nearest float
  const lo = Math.floor(min / step), hi = Math.ceil(max / step);
  if (Math.max(Math.abs(lo), Math.abs(hi)) > Number.MAX_SAFE_INTEGER) return { min, max, step: "any" };
  return { min: Number(`${lo}e${e}`), max: Number(`${hi}e${e}`), step };
}
