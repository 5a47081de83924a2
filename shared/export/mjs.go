package export

import (
	_ "embed" // the sources of what is exported
	"encoding/base64"
	"encoding/binary"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/model"
)

//go:embed js/wasm.js
var jsWasm string

//go:embed js/predictor.d.ts
var jsTypes string

const jsMIME = "text/javascript; charset=utf-8"

// writeMJS writes a module that has the kernel in it, and one that imports it
// from a file beside, for platforms that compile no bytes.
func writeMJS(m *model.Model) ([]File, error) {
	k, d := m.Centroids.Rows, m.Centroids.Cols
	wasm, free, err := kernel.Module(m.Centroids.Data, k, d)
	if err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Op: "export.mjs", Err: err, Msg: "The centroids are too far apart, or too wide, for the WebAssembly kernel. Take the format js, which has no such limit."}
	}
	head := jsConstants(m)
	tail := ".exports,free=" + strconv.Itoa(free) + ",at=" + strconv.Itoa(dataLength(wasm)-8*k*d) + "\n" + plain(jsCore) + plain(jsWasm)
	inside := head + "const{memory,run}=new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(atob(\"" + base64.StdEncoding.EncodeToString(wasm) + "\"),c=>c.charCodeAt(0))))" + tail
	beside := "import module from \"./predictor.wasm\"\n" + head + "const{memory,run}=new WebAssembly.Instance(module)" + tail
	return []File{
		{"predictor.mjs", jsMIME, []byte(inside)},
		{"predictor.d.ts", "text/plain; charset=utf-8", []byte(jsTypes)},
		{"predictor.wasm", "application/wasm", wasm},
		{"predictor.edge.mjs", jsMIME, []byte(beside)},
	}, nil
}

// dataLength gives the length of the one data segment of a module, which lies at
// address 0: that of the centroids ends there.
func dataLength(module []byte) int {
	for at := 8; at < len(module); {
		id := module[at]
		n, w := binary.Uvarint(module[at+1:])
		body := module[at+1+w:][:n]
		if at += 1 + w + int(n); id == 11 {
			length, _ := binary.Uvarint(body[5:]) // after one segment of memory 0, from i32.const 0 on
			return int(length)
		}
	}
	return 0
}

func mjsSnippet(m *model.Model) string {
	return `import { predict } from "./predictor.mjs" // page, worker, Node, Deno; on the edge ./predictor.edge.mjs with predictor.wasm
const { cluster, distance } = predict(` + example(m) + `)
const labels = predict([row, row]) // many: an Int32Array, -1 for rows that are left out
`
}
