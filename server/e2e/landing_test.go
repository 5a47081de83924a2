package e2e

import (
	"testing"
)

const demoCenters = `JSON.stringify((e => e && echarts.getInstanceByDom(e)?.getOption()?.series.find(s => s.id === "centers")?.data.map(c => c.value ?? c))(document.getElementById("demo-scatter")) ?? null)`

// TestE2ELanding sees centroids move on the first page, without an account.
func TestE2ELanding(t *testing.T) {
	s, b := startServer(t), openBrowser(t)
	b.Open(s.URL)
	b.Until(demoCenters + ` !== "null"`)
	b.Eval(`window.firstCenters = `+demoCenters, nil)
	b.Until(demoCenters + ` !== window.firstCenters`)
	b.Until(`document.querySelector("#demo-pass").textContent.startsWith("At rest after")`)
	b.shots("landing")
	newAxe(t, b).check("landing, live")
	b.Eval(`window.firstCenters = `+demoCenters, nil)
	b.Click("#demo-again")
	b.Until(`document.querySelector("#demo-again").disabled`)
	b.Until(demoCenters + ` !== window.firstCenters`)
	b.Click(".hero a[href='/private']")
	b.Until(`location.pathname === "/private"`)
	b.NoErrors()
}

// BenchmarkFirstMove prints how long after the first paint the first centroid moves,
// on a first visit.
func BenchmarkFirstMove(b *testing.B) {
	s := startServer(b)
	for range b.N {
		page := openBrowser(b)
		page.Open(s.URL)
		page.Until(demoCenters + ` !== "null"`)
		page.Eval(`window.firstCenters = `+demoCenters, nil)
		page.Until(demoCenters + ` !== window.firstCenters`)
		var ms float64
		page.Eval(`performance.now() - performance.getEntriesByName("first-paint")[0].startTime`, &ms)
		b.ReportMetric(ms, "ms/first-move")
	}
}
