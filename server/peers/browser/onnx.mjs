// Writes the graph that people make of a k-means model for ONNX Runtime:
// label = ArgMin(MatMul(x, -2c) + |c|²).

// A message of Protocol Buffers is fields; each is its number and a value: an integer, a
// text, bytes, or another message.
const varint = (n) => {
  const out = [];
  for (let v = BigInt.asUintN(64, BigInt(n)); ; v >>= 7n) {
    if (v < 128n) return [...out, Number(v)];
    out.push(Number(v & 127n) | 128);
  }
};
const message = (...fields) => {
  const parts = fields.map(([number, value]) => {
    if (typeof value === "number") return Uint8Array.from([...varint(number << 3), ...varint(value)]);
    const body = typeof value === "string" ? new TextEncoder().encode(value) : value;
    const head = [...varint((number << 3) | 2), ...varint(body.length)];
    const out = new Uint8Array(head.length + body.length);
    out.set(head);
    out.set(body, head.length);
    return out;
  });
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  parts.reduce((at, p) => (out.set(p, at), at + p.length), 0);
  return out;
};

const FLOAT = 1, INT64 = 7, INT = 2;

// tensor has dims 1, data_type 2, name 8, raw_data 9.
const tensor = (name, dims, values) => message(...dims.map((n) => [1, n]), [2, FLOAT], [8, name], [9, new Uint8Array(values.buffer)]);
// node has input 1, output 2, name 3, op_type 4, attribute 5.
const node = (op, inputs, output, ...attributes) => message(...inputs.map((i) => [1, i]), [2, output], [3, output], [4, op], ...attributes.map((a) => [5, a]));
const integer = (name, value) => message([1, name], [3, value], [20, INT]);
// value has name 1 and type 2: tensor_type 1 with elem_type 1 and shape 2, a list of dim 1 with dim_value 1 or dim_param 2.
const value = (name, type, ...dims) => message([1, name], [2, message([1, message([1, type], [2, message(...dims.map((n) => [1, message(typeof n === "number" ? [1, n] : [2, n])]))])])]);

// graph gives the model of k centroids of d features, as bytes.
export function graph({ d, k, centroids }) {
  const w = new Float32Array(d * k), b = new Float32Array(k);
  for (let j = 0; j < k; j++) {
    let sum = 0;
    for (let t = 0; t < d; t++) {
      const c = centroids[j * d + t];
      w[t * k + j] = -2 * c;
      sum += c * c;
    }
    b[j] = sum;
  }
  const body = message(
    [1, node("MatMul", ["x", "w"], "product")],
    [1, node("Add", ["product", "b"], "score")],
    [1, node("ArgMin", ["score"], "label", integer("axis", 1), integer("keepdims", 0))],
    [2, "kmeans"],
    [5, tensor("w", [d, k], w)],
    [5, tensor("b", [k], b)],
    [11, value("x", FLOAT, "n", d)],
    [12, value("label", INT64, "n")],
  );
  return message([1, 8], [7, body], [8, message([1, ""], [2, 13])]);
}
