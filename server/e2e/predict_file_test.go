package e2e

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestE2EPredictFile predicts the rows of a file while the server is away.
func TestE2EPredictFile(t *testing.T) {
	s, b := startServer(t), openBrowser(t)
	b.register(s, "ann")
	m := b.trainIris(s, "7")
	b.Open(s.URL + "/predict#model=" + m.ID)
	b.Until(`document.querySelector("#file-open")`)
	b.Until(`navigator.serviceWorker.controller`)
	s.Kill()
	b.quiet = true
	b.Do("a file", chromedp.SetUploadFiles("#rows-file", []string{tableFile(t, "iris.csv")}, chromedp.ByQuery))
	b.Until(`document.querySelector("#file-answer")`)
	var text string
	b.Eval(`document.querySelector("#file-answer").innerText`, &text)
	for _, want := range []string{"150 rows predicted", "Do they look like the training rows?", "petal_len"} {
		if !strings.Contains(text, want) {
			t.Errorf("the answer lacks %q:\n%s", want, text)
		}
	}
	var counts string
	b.Until(chartSeries("file-counts", "bars") + ` !== "null"`)
	b.Eval(`document.querySelector("#file-answer pre").textContent`, &counts)
	if head, _, _ := strings.Cut(counts, "\n"); head != "sepal_len,sepal_width,petal_len,petal_width,category,cluster,distance" {
		t.Errorf("the first line of the rows is %q", head)
	}
	b.shots("predict-file")
	newAxe(t, b).check("predict, file")

	wrong := filepath.Join(t.TempDir(), "wrong.csv")
	if err := os.WriteFile(wrong, []byte("sepal_len,petal_len\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Do("a file of another form", chromedp.SetUploadFiles("#rows-file", []string{wrong}, chromedp.ByQuery))
	b.Until(`document.querySelector("#file-fault")?.innerText.includes('"petal_width" (number) is missing')`)
}

// BenchmarkPredictFile prints how quick a file becomes labels in the browser, and the
// longest time in which the page could not answer.
func BenchmarkPredictFile(b *testing.B) {
	s, page := startServer(b), openBrowser(b)
	page.Open(s.URL + "/private")
	page.Click("#private-sample")
	page.See("344 rows")
	path := filepath.Join(b.TempDir(), "many.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	head := make([]string, 16)
	for i := range head {
		head[i] = fmt.Sprintf("c%d", i)
	}
	fmt.Fprintln(w, strings.Join(head, ","))
	r := rand.New(rand.NewPCG(1, 2))
	line := func(w *bufio.Writer) {
		for i := range 16 {
			if i > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, "%.4f", r.NormFloat64())
		}
		w.WriteByte('\n')
	}
	small := filepath.Join(b.TempDir(), "small.csv")
	g, err := os.Create(small)
	if err != nil {
		b.Fatal(err)
	}
	sw := bufio.NewWriter(g)
	fmt.Fprintln(sw, strings.Join(head, ","))
	for range 2000 {
		line(sw)
	}
	for range 440_000 {
		line(w)
	}
	for _, c := range []error{w.Flush(), sw.Flush(), f.Close(), g.Close()} {
		if c != nil {
			b.Fatal(c)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	page.Do("open", chromedp.SetUploadFiles("#private-file", []string{small}, chromedp.ByQuery))
	page.See("2,000 rows")
	page.Fill("#k", "10")
	page.Click("#train-go")
	page.state("Done")
	page.Click("#predict-link")
	for range b.N {
		page.Do("anew", chromedp.Reload()) // without the answer of the last time
		page.Running()
		page.Until(`document.querySelector("#rows-file")`)
		page.Eval(`window.gap = 0, window.before = performance.now(), window.probe = setInterval(() => { const t = performance.now(); gap = Math.max(gap, t - before); before = t; }, 5)`, nil)
		begin := time.Now()
		page.Do("predict", chromedp.SetUploadFiles("#rows-file", []string{path}, chromedp.ByQuery))
		page.Until(`document.querySelector("#file-summary")`)
		b.ReportMetric(float64(info.Size())/1e6/time.Since(begin).Seconds(), "MB/s")
		var gap float64
		page.Eval(`(clearInterval(probe), gap)`, &gap)
		b.ReportMetric(gap, "ms/longest-gap")
	}
}
