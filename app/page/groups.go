package page

import (
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// groups shows a table in groups of a column's value, and writes the clusters
// of a model that was trained on it into the table, to group by.
type groups struct {
	app.Compo

	ctx app.Context // its own: that of an event ends with the button or the dialog that it came from

	Set      wire.Dataset                    // the version that the page shows
	OnChange func(app.Context, wire.Dataset) // takes the version that was made here

	shown  string // dataset and version that were asked for last
	by     string // a column; "" until one is chosen
	answer wire.Groups
	ready  bool // answer is there
	err    error

	models  []wire.ModelInfo // of this dataset, the newest first
	asked   string           // dataset whose models they are
	model   string           // id of the one that is chosen
	writing bool
	left    string // what the last writing left out
}

// OnMount asks for the models, and for the groups of the column that is likely meant.
func (g *groups) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	g.ctx = ctx
	g.OnUpdate(ctx)
}

// OnUpdate loads anew when there is another version.
func (g *groups) OnUpdate(ctx app.Context) {
	key := g.Set.ID + "/" + strconv.Itoa(g.Set.Version)
	if g.shown == key {
		return
	}
	if g.asked != g.Set.ID {
		g.by, g.left = "", ""
		g.loadModels(ctx)
	}
	g.shown = key
	if g.Set.Schema.Index(g.by) < 0 {
		g.by = likelyGroup(g.Set.Schema)
	}
	g.load(ctx)
}

// likelyGroup gives the column that one most likely groups by: the last clusters
// that were added, the label, or the first category; "" if there is none.
func likelyGroup(schema table.Schema) string {
	label, first, cluster := "", "", ""
	for _, c := range schema {
		if c.Kind != table.Category {
			continue
		}
		if first == "" {
			first = c.Name
		}
		if c.Role == table.Label {
			label = c.Name
		}
		if c.Name == "cluster" {
			cluster = c.Name
		}
	}
	for _, name := range []string{cluster, label, first} {
		if name != "" {
			return name
		}
	}
	return ""
}

func (g *groups) load(ctx app.Context) {
	g.ready, g.err = false, nil
	if g.by == "" {
		return
	}
	shown, by := g.shown, g.by
	path := "datasets/" + url.PathEscape(g.Set.ID) + "/groups?" + url.Values{"by": {by}, "version": {strconv.Itoa(g.Set.Version)}}.Encode()
	ctx.Async(func() {
		var answer wire.Groups
		err := client.Get().Do("GET", path, nil, &answer)
		ctx.Dispatch(func(app.Context) {
			if g.shown == shown && g.by == by {
				g.answer, g.err, g.ready = answer, err, err == nil
			}
		})
	})
}

func (g *groups) loadModels(ctx app.Context) {
	id := g.Set.ID
	g.asked, g.models, g.model = id, nil, ""
	ctx.Async(func() {
		var all []wire.ModelInfo
		err := client.Get().Do("GET", "models", nil, &all)
		ctx.Dispatch(func(ctx app.Context) {
			if g.asked != id {
				return
			}
			if err != nil {
				g.asked = "" // asked again with the next version
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			for _, m := range all {
				if m.Dataset == id {
					g.models = append(g.models, m)
				}
			}
			if len(g.models) > 0 {
				g.model = g.models[0].ID
			}
		})
	})
}

func (g *groups) onBy(ctx app.Context, _ app.Event) {
	g.by = ctx.JSSrc().Get("value").String()
	g.load(ctx)
}

func (g *groups) onModel(ctx app.Context, _ app.Event) { g.model = ctx.JSSrc().Get("value").String() }

func (g *groups) onRetry(ctx app.Context, _ app.Event) { g.load(ctx) }

// onWrite has the server add the chosen model's clusters, and groups by them.
func (g *groups) onWrite(_ app.Context, e app.Event) {
	e.PreventDefault()
	if g.writing || g.model == "" {
		return
	}
	g.writing, g.left = true, ""
	ctx := g.ctx
	id := g.Set.ID
	want := wire.ClustersWrite{Model: g.model}
	ctx.Async(func() {
		var made wire.ClustersChange
		err := client.Get().Do("POST", "datasets/"+url.PathEscape(id)+"/clusters", want, &made)
		ctx.Dispatch(func(ctx app.Context) {
			g.writing = false
			if err != nil {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			ui.Toast(ctx, "good", "The columns "+made.Cluster+" and "+made.Distance+" are there, in version "+strconv.Itoa(made.Version)+".")
			if g.Set.ID == id {
				g.by, g.left = made.Cluster, leftWords(made.Left)
			}
			g.OnChange(ctx, made.Dataset)
		})
	})
}

// leftWords says how many rows have no cluster.
func leftWords(n int64) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 row has a missing value, which the model leaves out: it has no cluster."
	}
	return ui.Whole(n) + " rows have a missing value, which the model leaves out: they have no cluster."
}
