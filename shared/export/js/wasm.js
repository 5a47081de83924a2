// many predicts n rows by the WebAssembly kernel, which names the clusters that
// the definition names. Rows are prepared in its memory, a block at a time.
const block = 1024, X = free + 15 & -16, L = X + 4 * block * d, S = L + 4 * block
memory.grow(Math.max(0, Math.ceil((S + 8 * block - memory.buffer.byteLength) / 65536)))
const centroids = new Float64Array(memory.buffer.slice(at, at + 8 * k * d))
const vectors = new Float32Array(memory.buffer, X, block * d), labels = new Int32Array(memory.buffer, L, block)
const many = (n, row) => {
	const out = new Int32Array(n).fill(-1), kept = new Int32Array(block)
	for (let i = 0; i < n;) {
		let m = 0
		for (; m < block && i < n; i++) if (prepare(row(i), vectors, m * d, i + 1) == null) kept[m++] = i
		if (m) run(0, X, m, L, S)
		for (let j = 0; j < m; j++) out[kept[j]] = labels[j]
	}
	return out
}
export { name, inputs, k, predict }
