// many predicts n rows, by the definition.
const many = (n, row) => {
	const out = new Int32Array(n), s = new Float64Array(k)
	for (let i = 0; i < n; i++) {
		if (prepare(row(i), one, 0, i + 1) != null) {
			out[i] = -1
			continue
		}
		squares(one, s)
		out[i] = least(s)
	}
	return out
}
const api = { name, inputs, k, predict }
if (typeof module == "object" && module.exports) module.exports = api
else globalThis.predictor = api
