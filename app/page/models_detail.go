package page

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// detail draws all about the model that is open, or what stands in its place.
func (m *Models) detail() []app.UI {
	switch {
	case m.openErr != nil:
		return []app.UI{ui.ErrorBox(m.openErr, m.onRetry)}
	case m.open == nil:
		return []app.UI{ui.Skeleton()}
	}
	o := m.open
	side := []app.UI{factCard("result", "Result", resultFacts(o), ""), factCard("settings", "Settings", settingFacts(o), hashWords, app.Tr().Body(
		app.Th().Scope("row").Text("Data"), app.Td().Class("value").Body(dataLink(o.Data.Dataset, o.Data.Name, o.Data.Version))))}
	if o.Training.Silhouette != nil {
		side = append(side, scoreCard(o))
	}
	if l := o.Training.Label; l != nil {
		side = append(side, comparisonTable(l))
	}
	out := []app.UI{
		app.Section().Class("stack").ID("model-clusters").Aria("labelledby", "model-clusters-title").Body(
			app.H2().ID("model-clusters-title").Text("Clusters"),
			app.P().Class("small").ID("model-summary").Text(summary(o)),
			app.P().Class("small").ID("model-how").Text(how(o)),
			clusters(m.cards)),
		app.Div().Class("halves").ID("model-facts").Body(side...),
	}
	switch l := m.line(o.ID); {
	case l != nil && l.Server:
		out = append(out, &modelRows{Model: o.ID, K: o.Centroids.Rows, Dataset: o.Data.Dataset, Version: o.Data.Version})
	case m.listed:
		out = append(out, app.P().Class("small").ID("model-no-rows").Text("The rows with their clusters are on the server, which has no such model or can't be reached."))
	}
	return out
}

const hashWords = "The same data, settings and seed give the same hash, on any machine."

// factCard draws names with their values, below rows that are drawn already.
func factCard(id, title string, facts []fact, note string, rows ...app.UI) app.UI {
	for _, f := range facts {
		rows = append(rows, app.Tr().Body(app.Th().Scope("row").Text(f.Name), app.Td().Class("value").Text(f.Value)))
	}
	return app.Section().Class("card").ID("model-"+id).Aria("labelledby", "model-"+id+"-title").Body(
		app.Header().Body(app.H2().ID("model-"+id+"-title").Text(title)),
		app.Table().Class("facts-table").Body(app.TBody().Body(rows...)),
		app.P().Class("xs").Hidden(note == "").Text(note))
}

// resultFacts tells how a training went.
func resultFacts(m *model.Model) []fact {
	t := m.Training
	out := []fact{
		{"Inertia", strconv.FormatFloat(t.Inertia, 'g', 10, 64)},
		{"Passes", steps(m) + ", " + rest(m)},
		{"Took", seconds(t.Seconds)},
		{"Rows", strconv.FormatInt(m.Data.Rows, 10)},
	}
	if m.Data.Dropped > 0 {
		out = append(out, fact{"Left out, with gaps", strconv.FormatInt(m.Data.Dropped, 10)})
	}
	if m.Config.Restarts > 1 {
		out = append(out, fact{"Best run", fmt.Sprintf("%d of %d", t.Restart+1, m.Config.Restarts)})
	}
	return append(out, fact{"Trained", ui.Clock(m.Created)})
}

// settingFacts tells what a training was asked to do.
func settingFacts(m *model.Model) []fact {
	var columns []string
	for _, in := range m.Inputs {
		columns = append(columns, in.Name)
	}
	for i, c := range m.Prep.Columns {
		if c.Log && i < len(columns) {
			columns[i] = "ln(1 + |" + c.Name + "|)"
		}
	}
	c := m.Config
	return []fact{
		{"Columns", strings.Join(columns, ", ")},
		{"Scale", scaleNames[m.Prep.Scale]},
		{"Rows with gaps", missingNames[m.Prep.Missing]},
		{"Clusters (k)", strconv.Itoa(m.Centroids.Rows)},
		{"Start from", initNames[c.Init]},
		{"Restarts", strconv.Itoa(c.Restarts)},
		{"Passes at most", strconv.Itoa(c.MaxIterations)},
		{"Tolerance", strconv.FormatFloat(c.Tolerance, 'g', -1, 64)},
		{"Seed", strconv.FormatUint(c.Seed, 10)},
		{"Hash", m.Hash},
	}
}

// What the settings are called.
var (
	scaleNames   = map[prep.Scale]string{prep.Standard: "Standard", prep.MinMax: "0 to 1", prep.NoScale: "None"}
	missingNames = map[prep.Missing]string{prep.Drop: "Left out", prep.Mean: "Filled with the mean", prep.Median: "Filled with the median"}
	inits        = []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random, kmeans.Given}
	initNames    = map[kmeans.Init]string{kmeans.Parallel: "k-means||", kmeans.PlusPlus: "k-means++", kmeans.Random: "Random rows", kmeans.Given: "Given centroids"}
)
