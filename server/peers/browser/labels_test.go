// Package browser holds the kernels of the browser to the server's.
package browser

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/centroid-studio/centroid/server/peers/browser/sets"
	"github.com/centroid-studio/centroid/shared/kernel"
)

// many is how many rows of each set are compared.
const many = 1_000_000

// TestNode compares labels of the app's kernel under Node, by hash.
func TestNode(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program.wasm")
	build := exec.Command("go", "build", "-o", program, "./program")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	cmd := exec.Command("node", "-r", "../../../.ci/loader.cjs", "node.cjs", program, strconv.Itoa(many))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Kernel string
		Hashes []string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Kernel == "go" {
		t.Errorf("Node runs the kernel %q, want one with vectors", got.Kernel)
	}
	for i, s := range sets.Sets {
		rows, centroids := s.Make(many)
		labels := make([]int32, many)
		kernel.Pack(centroids, s.K, s.D).Label(kernel.Unkept, rows, labels)
		if want := sets.Hash(labels); got.Hashes[i] != want {
			t.Errorf("%s: labels by %s under Node hash to %s, by %s to %s", s.Name, got.Kernel, got.Hashes[i], kernel.Name(), want)
		}
	}
}

// TestModule compares labels and squared distances of kernel.Module under wazero.
func TestModule(t *testing.T) {
	for _, s := range sets.Sets {
		rows, centroids := s.Make(many)
		// Rows that are fewer than a panel, and those of a last panel that is not full.
		m := newModule(t, centroids, s.K, s.D)
		for lo, size := 0, 1; lo < many; lo, size = lo+size, min(3*size+1, 10_007) {
			n := min(size, many-lo)
			part := rows[lo*s.D : (lo+n)*s.D]
			labels, squared := m.run(part, n)
			want, wantSquared := make([]int32, n), make([]float64, n)
			kernel.Pack(centroids, s.K, s.D).Assign(part, want, wantSquared)
			for i := range n {
				if labels[i] != want[i] || squared[i] != wantSquared[i] {
					t.Fatalf("%s: row %d is (%d, %v) under wazero, want (%d, %v)", s.Name, lo+i, labels[i], squared[i], want[i], wantSquared[i])
				}
			}
		}
	}
}

// module is a kernel.Module at work.
type module struct {
	run func(rows []float32, n int) (labels []int32, squared []float64)
}

func newModule(t *testing.T, centroids []float64, k, d int) *module {
	t.Helper()
	code, free, err := kernel.Module(centroids, k, d)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	t.Cleanup(func() { runtime.Close(ctx) })
	instance, err := runtime.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	memory, run := instance.Memory(), instance.ExportedFunction("run")
	return &module{run: func(rows []float32, n int) ([]int32, []float64) {
		t.Helper()
		at := uint32(free)
		label := at + uint32(4*len(rows))
		square := label + uint32(4*n)
		if end := square + uint32(8*n); end > memory.Size() {
			if _, ok := memory.Grow((end-memory.Size())/65536 + 1); !ok {
				t.Fatal("the memory does not grow")
			}
		}
		raw := make([]byte, 0, 4*len(rows))
		for _, v := range rows {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		memory.Write(at, raw)
		if _, err := run.Call(ctx, 0, uint64(at), uint64(n), uint64(label), uint64(square)); err != nil {
			t.Fatal(err)
		}
		labels, squared := make([]int32, n), make([]float64, n)
		ls, _ := memory.Read(label, uint32(4*n))
		sq, _ := memory.Read(square, uint32(8*n))
		for i := range n {
			labels[i] = int32(binary.LittleEndian.Uint32(ls[4*i:]))
			squared[i] = math.Float64frombits(binary.LittleEndian.Uint64(sq[8*i:]))
		}
		return labels, squared
	}}
}
