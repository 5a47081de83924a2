// What each JavaScript form of a model does with rows. Before it stand the
// constants name, inputs, drop, unit, k, d and centroids; after it, many. Rows
// become float32 vectors by the roundings of the training; distances are float64,
// added in order, ties to the first: labels are the same everywhere.
const w = inputs.length
for (const c of inputs) {
	c.kind = c.levels ? "category" : "number"
	c.required = drop
	c.at = c.levels && new Map(c.levels.map((l, i) => [l, i]))
}
const fail = (text, field) => { throw Object.assign(new RangeError(text), { field }) }
// signedLog gives sign(v) * ln(1 + |v|) with the bits of the training, which Math.log1p has not everywhere.
const signedLog = v => {
	const a = Math.abs(v)
	if (!(a >= 2 ** -54 && a < Infinity)) return v
	let e = 0, s = a / (2 + a)
	if (a > .4) {
		let m = 1 + a
		e = Math.floor(Math.log2(m))
		for (m /= 2 ** e; m >= 2; e++) m /= 2
		for (; m < 1; e--) m *= 2
		if (m / 2 >= Math.SQRT1_2) m /= 2, e++
		s = (m - 1) / (m + 1)
	}
	let sum = 0
	for (let n = 23; n > 1; n -= 2) sum = (sum + 1 / n) * (s * s)
	return Math.sign(v) * (e * 6.93147180369123816490e-01 + (2 * s + 2 * s * sum + e * 1.90821492927058770002e-10))
}
// prepare writes the vector of a row to x, from at on. A row that the model
// leaves out has none: prepare gives the column that lacks. n is the number of
// one of many rows, which must have all columns.
const prepare = (row, x, at, n) => {
	const who = n ? `Row ${n}` : "The row", list = Array.isArray(row) || ArrayBuffer.isView(row), from = at
	if (typeof row != "object" || !row) fail(`${who} is no object and no list`)
	if (list && row.length != w) fail(`${who} has ${row.length} values, want ${w}: ${inputs.map(c => c.name).join(", ")}`)
	for (let j = 0; j < w; j++) {
		const c = inputs[j], field = c.name
		let v = list ? row[j] : Object.hasOwn(row, field) ? row[field] : n ? fail(`${who} has no column ${field}`, field) : null
		const gap = v == null || v === "" || v !== v
		if (gap && drop) return field
		if (c.levels) {
			const l = c.at.get(gap ? c.usual : String(v))
			x.fill(0, at, at + c.levels.length)
			if (l >= 0) x[at + l] = 1
			at += c.levels.length
			continue
		}
		if (gap) v = c.fill
		if (typeof v != "number") fail(`${who}: ${field} is ${JSON.stringify(v)}, want a number`, field)
		if (!isFinite(x[at++] = ((c.log ? signedLog(v) : v) - c.offset) / c.factor)) fail(`${who}: ${field} is ${v}, too large to measure a distance`, field)
	}
	if (unit) {
		let s = 0
		for (let i = from; i < at; i++) s += x[i] * x[i]
		s || fail(`${who} is zero in all columns after scaling, so it has no direction`)
		s = Math.sqrt(s)
		for (let i = from; i < at; i++) x[i] /= s
	}
}
// squares writes the squared distance of the vector in x to each centroid.
const squares = (x, out) => {
	for (let j = 0, c = 0; j < k; j++) {
		let s = 0
		for (let t = 0; t < d; t++) {
			const e = x[t] - centroids[c++]
			s += e * e
		}
		out[j] = s
	}
}
// least gives the first index of the least value.
const least = s => {
	let l = 0
	for (let j = 1; j < k; j++) if (s[j] < s[l]) l = j
	return l
}
const one = new Float32Array(d)
const predict = rows => {
	if (ArrayBuffer.isView(rows)) {
		if (rows.length % w) fail(`There are ${rows.length} values, want a multiple of ${w}`)
		return many(rows.length / w, i => rows.subarray(i * w, i * w + w), rows)
	}
	if (Array.isArray(rows) && (!rows.length || typeof rows[0] == "object" && rows[0])) return many(rows.length, i => rows[i])
	const gap = prepare(rows, one, 0)
	if (gap != null) fail(`${gap} is missing. This model leaves out rows with missing values: fill it in`, gap)
	const distances = new Float64Array(k)
	squares(one, distances)
	const cluster = least(distances)
	for (let j = 0; j < k; j++) distances[j] = Math.sqrt(distances[j])
	return { cluster, distance: distances[cluster], distances }
}
