package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/centroid-studio/centroid/server/peers/browser/sets"
	"github.com/centroid-studio/centroid/shared/kernel"
)

const browserPeers = "../peers/browser"

// long evaluates an expression, waits if it gives a promise, and decodes what comes of it.
// Unlike Eval it waits for as long as it takes.
func (b *browser) long(expr string, v any) {
	b.t.Helper()
	var text string
	await := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(b.ctx, chromedp.Evaluate("Promise.resolve("+expr+").then(JSON.stringify)", &text, await)); err != nil {
		b.t.Fatalf("%s: %v; errors: %q", expr, err, b.Errors)
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		b.t.Fatalf("%s gives %q: %v", expr, text, err)
	}
}

// TestE2EKernel compares labels of many rows in Chromium with the server's, by hash.
func TestE2EKernel(t *testing.T) {
	folder := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "program.wasm"), browserPeers+"/program")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	pages := http.NewServeMux()
	pages.Handle("/program.wasm", http.FileServer(http.Dir(folder)))
	pages.Handle("/web/", http.StripPrefix("/web/", http.FileServer(http.Dir("../../web/dist"))))
	pages.HandleFunc("/start.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `const go = new Go(); WebAssembly.instantiateStreaming(fetch("/program.wasm"), go.importObject).then(({ instance }) => go.run(instance));`)
	})
	pages.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>kernel</title><link rel="icon" href="data:,"><script src="/web/loader.js"></script><script src="/web/wasm_exec.js"></script><script src="/start.js"></script>`)
	})
	s := httptest.NewServer(pages)
	defer s.Close()
	b := openBrowser(t)
	b.Do("open", chromedp.Navigate(s.URL))
	b.Until("globalThis.ours")
	const rows = 1_000_000
	var got struct {
		Kernel string
		Module bool
		Hashes []string
	}
	b.long(fmt.Sprintf("({Kernel: ours.kernel, Module: centroidModule instanceof WebAssembly.Module, Hashes: ours.hashes(%d)})", rows), &got)
	if !strings.HasSuffix(got.Kernel, "simd128") || !got.Module {
		t.Errorf("Chromium runs the kernel %q, and keeps the module: %v; want one with vectors, and true", got.Kernel, got.Module)
	}
	for i, s := range sets.Sets {
		x, centroids := s.Make(rows)
		labels := make([]int32, rows)
		kernel.Pack(centroids, s.K, s.D).Label(kernel.Unkept, x, labels)
		if want := sets.Hash(labels); got.Hashes[i] != want {
			t.Errorf("%s: labels by %s in Chromium hash to %s, by %s here to %s", s.Name, got.Kernel, got.Hashes[i], kernel.Name(), want)
		}
	}
}

// BenchmarkBrowserPeers prints how quick the kernel is in Chromium beside what else finds
// nearest centroids there, and who is wrong far from zero, as Markdown.
func BenchmarkBrowserPeers(b *testing.B) {
	if _, err := os.Stat(browserPeers + "/node_modules"); err != nil {
		b.Skip("the other libraries are not there: make bench installs them")
	}
	folder := b.TempDir()
	if out, err := exec.Command("node", browserPeers+"/build.mjs", folder).CombinedOutput(); err != nil {
		b.Fatalf("building the page: %v\n%s", err, out)
	}
	s := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer s.Close()
	page := openBrowser(b)
	page.Do("open", chromedp.Navigate(s.URL))
	page.Until("globalThis.ready")
	b.ResetTimer()
	for range b.N {
		var out strings.Builder
		peers := []string{"ours", "onnxruntime-web", "tfjs-wasm", "ml-kmeans", "plain JS"}
		fmt.Fprintf(&out, "\n| features, clusters | %s | ours beside the best | one row from Go, ns |\n|---|---|---|---|---|---|---|---|\n", strings.Join(peers, " | "))
		name := ""
		for _, shape := range [][3]int{{1_000_000, 4, 3}, {500_000, 16, 10}, {100_000, 16, 100}, {10_000, 784, 10}} {
			var got struct {
				Rates  map[string]float64
				Single float64
				Kernel string
			}
			page.long(fmt.Sprintf("speed(%d, %d, %d, 3, 400)", shape[0], shape[1], shape[2]), &got)
			best := 0.0
			fmt.Fprintf(&out, "| %d, %d |", shape[1], shape[2])
			for i, p := range peers {
				fmt.Fprintf(&out, " %.3g |", got.Rates[p])
				if i > 0 {
					best = max(best, got.Rates[p])
				}
			}
			fmt.Fprintf(&out, " %.1f | %.0f |\n", got.Rates["ours"]/best, got.Single)
			name = got.Kernel
		}
		fmt.Fprintf(&out, "\nMillion rows a second, one thread, data in place, the best of three rounds in turn; ours is %s, its proof included.\n", name)
		fmt.Fprintf(&out, "\n| wrong labels of 16,000 rows, 16 features, 10 clusters | %s |\n|---|---|---|---|---|---|\n", strings.Join(peers, " | "))
		for _, offset := range []string{"0", "1e2", "1e4", "1e6"} {
			var got map[string]int
			page.long("wrong(16000, 16, 10, "+offset+")", &got)
			fmt.Fprintf(&out, "| values near %s |", offset)
			for _, p := range peers {
				fmt.Fprintf(&out, " %d |", got[p])
			}
			out.WriteString("\n")
		}
		var training struct {
			Ours   float64
			Theirs float64 `json:"ml-kmeans"`
			Passes []int
			Apart  float64
		}
		page.long("train(100000, 8, 8, 20, 3)", &training)
		fmt.Fprintf(&out, "\nTraining on 1e5 rows, 8 features, k 8, %d and %d passes from the same centroids: ours %.0f ms, ml-kmeans %.0f ms, %.1f times; the centroids are at most %.1g apart.\n",
			training.Passes[0], training.Passes[1], training.Ours, training.Theirs, training.Theirs/training.Ours, training.Apart)
		fmt.Print(out.String())
	}
	if i := slices.IndexFunc(page.Errors, func(e string) bool { return !strings.Contains(e, "favicon") }); i >= 0 {
		b.Errorf("the page says %q", page.Errors[i])
	}
}
