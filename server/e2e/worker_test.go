package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestE2EWorker calls the program in a worker, as the page does.
func TestE2EWorker(t *testing.T) {
	s, b := startServer(t), openBrowser(t)
	b.Open(s.URL)
	const call = `new Promise((done, fail) => {
		const w = new Worker("/web/worker.js");
		w.onerror = e => fail(e.message);
		w.onmessage = ({data}) => {
			if (data.ready) w.postMessage({id: 1, method: %METHOD%, params: "{}", parts: []});
			else { w.terminate(); done(data); }
		};
		w.postMessage({});
	})`
	var a struct{ Kind, Body string }
	b.Eval(strings.ReplaceAll(call, "%METHOD%", `"worker.memory"`), &a)
	var m struct{ Heap, Taken int }
	decode(t, a.Body, &m)
	if a.Kind != "done" || m.Heap <= 0 || m.Taken < m.Heap {
		t.Errorf("worker.memory answers %+v, want bytes", a)
	}
	t.Logf("a worker that has done nothing: %.1f MB in use, %.1f MB taken", float64(m.Heap)/1e6, float64(m.Taken)/1e6)
	b.Eval(strings.ReplaceAll(call, "%METHOD%", `"nobody.answers"`), &a)
	var f struct{ Code string }
	if decode(t, a.Body, &f); a.Kind != "fail" || f.Code != "internal" {
		t.Errorf("an unknown method answers %+v, want a fault", a)
	}
	b.NoErrors()
}

func decode(t *testing.T, body string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
}
