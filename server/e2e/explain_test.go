package e2e

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestE2EExplain reads why a row has its cluster, types the change that is said to
// flip it, and goes far out, all in the page.
func TestE2EExplain(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)
	b.signIn(s, "explainer", "/predict")
	m := b.trainIris(s, "11")
	b.Click("#predict-link")
	b.Until(`location.pathname === "/predict" && document.querySelector("#flip")`)
	b.shots("explain")
	newAxe(t, b).check("explain")

	b.Until(`document.querySelector("#outlier").dataset.far === "no"`) // it is a row of the training
	var shares []float64
	var gap float64
	b.Eval(`[...document.querySelectorAll("#shares [data-share]")].map(e => +e.title)`, &shares)
	b.Eval(`(d => d[1] ** 2 - d[0] ** 2)([...document.querySelectorAll("#distances [data-distance]")].map(e => +e.title).sort((a, b) => a - b))`, &gap)
	sum := 0.0
	for _, v := range shares {
		sum += v
	}
	if len(shares) != len(m.Inputs) || math.Abs(sum-gap) > 1e-9*gap {
		t.Errorf("shares %v add up to %v, the gap between the squared distances is %v", shares, sum, gap)
	}

	var flip struct{ Column, To, Cluster string }
	b.Eval(`({...document.querySelector("#flip").dataset})`, &flip)
	column, err := strconv.Atoi(flip.Column)
	if err != nil {
		t.Fatalf("the change is %+v: %v", flip, err)
	}
	if predictRow(t, m, nil) == "Cluster "+flip.Cluster {
		t.Errorf("the change %+v gives the cluster that the row has", flip)
	}
	var got string
	b.Eval(fmt.Sprintf(typeAt, fmt.Sprintf("#input-%d", column), flip.To), &got)
	if want := "Cluster " + flip.Cluster; !strings.Contains("\n"+got, "\n"+want+"\n") {
		t.Errorf("with the change %+v the answer is %q, want %s", flip, got, want)
	}
	b.Eval(fmt.Sprintf(typeAt, "#input-0", "40"), &got)
	if !strings.Contains(got, "An outlier: farther from its centroid than each of the training rows of this cluster.") {
		t.Errorf("far outside the answer is %q, want that it is an outlier", got)
	}
	b.Shot("explain-outlier")
}
