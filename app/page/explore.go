package page

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	exploreCells  = 60_000 // of the sample: what is quick to read and to draw
	exploreMost   = 5000   // rows of the sample
	exploreLeast  = 1000   // however many columns
	exploreWide   = 40     // columns of the sample
	exploreCharts = 24     // columns shown at first, and more at each press
	exploreSeed   = 1      // the same rows each time
	exploreFirst  = 6      // columns of a large table that are asked for before the others
	exploreLarge  = 100_000
)

// Explore is the page that shows how the values of each column are spread, and
// how columns hang together. What is selected in one chart lights up in all.
// What it shows stands in the address: see exploreView.
type Explore struct {
	app.Compo

	ctx app.Context // the page's own: what a chart asks for is drawn by the page

	loaded  bool
	loadErr error
	sets    []wire.Dataset   // in their newest versions
	trained []wire.ModelInfo // of all datasets

	set      *wire.Dataset
	models   []wire.ModelInfo               // trained on this dataset
	profiles map[string]*wire.ColumnProfile // by column; those that have come
	openErr  error
	charts   int // columns shown

	view      exploreView
	sampled   bool // the rows are there, or sampleErr is
	sampleErr error
	rows      exploreRows
	shown     shown // made of rows

	together together // correlation and principal components
	picked   picked   // what is selected

	asked  int // counts the datasets opened: only answers to the newest are of use
	sample int // counts the samples asked for, likewise
	stamp  int // another one: charts have changed
	rested int // stamp of the last change that was none of a pointer on its way

	profiled int // another one: profiles have come

	stop func() // ends listening for the server's return
}

// OnMount listens for the server to come back.
func (e *Explore) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	e.ctx = ctx
	e.stop = client.Get().OnState(func(online bool) {
		if online {
			ctx.Dispatch(e.recover)
		}
	})
}

// OnDismount stops listening.
func (e *Explore) OnDismount() {
	if e.stop != nil {
		e.stop()
	}
}

// OnNav shows what the address names.
func (e *Explore) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Explore · Centroid")
	if app.IsServer {
		return
	}
	if !e.loaded || e.loadErr != nil {
		e.load(ctx)
		return
	}
	if at := fragment(ctx); e.set == nil || at.Encode() != e.view.values(e.set.ID).Encode() {
		if id := at.Get("dataset"); id != "" {
			e.choose(ctx, id)
		}
	}
}

// recover tries again what the server's absence has hindered.
func (e *Explore) recover(ctx app.Context) {
	switch {
	case e.loadErr != nil:
		e.load(ctx)
	case e.openErr != nil:
		e.open(ctx)
	case e.sampleErr != nil:
		e.askSample(ctx)
	default:
		e.together.recover(ctx, e)
		e.count(ctx)
	}
}

// load asks for the datasets and models, and opens one: that of the address, the
// one used last, or the newest.
func (e *Explore) load(ctx app.Context) {
	ctx.Async(func() {
		var sets []wire.Dataset
		var trained []wire.ModelInfo
		err := client.Get().Do("GET", "datasets", nil, &sets)
		if err == nil {
			err = client.Get().Do("GET", "models", nil, &trained)
		}
		ctx.Dispatch(func(ctx app.Context) {
			e.loaded, e.loadErr = true, err
			if err != nil {
				return
			}
			e.sets, e.trained = sets, trained
			want := fragment(ctx).Get("dataset")
			if want == "" {
				want = ui.CurrentDataset(ctx)
			}
			e.choose(ctx, firstOf(sets, want))
		})
	})
}

// choose shows the dataset called id; "" shows none.
func (e *Explore) choose(ctx app.Context, id string) {
	e.set = nil
	for i := range e.sets {
		if e.sets[i].ID == id {
			e.set = &e.sets[i]
		}
	}
	if e.set == nil {
		return
	}
	ui.SetCurrentDataset(ctx, id)
	at := fragment(ctx)
	if at.Get("dataset") != id {
		at = url.Values{}
	}
	e.models = slices.DeleteFunc(slices.Clone(e.trained), func(m wire.ModelInfo) bool { return m.Dataset != id })
	e.view = exploreViewOf(at).within(e.set.Schema, e.models)
	e.open(ctx)
}

// open asks for the profiles of the columns and for the sample, then for what
// shows columns together.
func (e *Explore) open(ctx app.Context) {
	e.asked++
	e.openErr, e.profiles, e.charts = nil, map[string]*wire.ColumnProfile{}, exploreCharts
	e.rows, e.shown, e.together = exploreRows{}, shown{}, together{}
	e.picked = picked{}
	e.profiled++
	if e.set.Rows == 0 {
		return
	}
	first, rest := e.batches()
	e.askProfiles(ctx, first, rest)
	e.askSample(ctx)
}

// batches divides the columns of a large table into those that are wanted first
// and the others, so that the first charts need not wait for all.
func (e *Explore) batches() (first, rest []string) {
	all := make([]string, len(e.set.Schema))
	for i, c := range e.set.Schema {
		all[i] = c.Name
	}
	if e.set.Rows < exploreLarge || len(all) <= exploreFirst {
		return all, nil
	}
	wanted := append([]string{e.view.By, e.view.X, e.view.Y}, all...)
	for _, c := range wanted {
		if c != "" && !slices.Contains(first, c) && len(first) < exploreFirst {
			first = append(first, c)
		}
	}
	return first, slices.DeleteFunc(all, func(c string) bool { return slices.Contains(first, c) })
}

// askProfiles asks for the profiles of some columns, then for those of the rest.
func (e *Explore) askProfiles(ctx app.Context, columns, rest []string) {
	q := url.Values{"version": {strconv.Itoa(e.version())}, "columns": {listed(columns)}, "bandwidth": {e.view.bandwidth()}}
	asked, path := e.asked, e.path("describe", q)
	ctx.Async(func() {
		var d wire.Describe
		err := client.Get().Do("GET", path, nil, &d)
		ctx.Dispatch(func(ctx app.Context) {
			if e.asked != asked {
				return // the user has gone on
			}
			if e.openErr = err; err != nil {
				return
			}
			for i := range d.Columns {
				e.profiles[d.Columns[i].Name] = &d.Columns[i]
			}
			e.profiled++
			if len(rest) > 0 {
				e.askProfiles(ctx, rest, nil)
			}
			e.ready(ctx)
		})
	})
}

// askSample asks for the rows that the charts draw.
func (e *Explore) askSample(ctx app.Context) {
	e.address(ctx)
	e.sampled, e.sampleErr = false, nil
	columns := e.view.sampled(e.set.Schema)
	if len(columns) == 0 {
		return // all texts
	}
	e.sample++
	asked, n, view, schema := e.sample, e.asked, e.view, e.set.Schema
	path := e.path("sample/columns", view.query(columns, e.version(), e.set.Schema))
	ctx.Async(func() {
		var sample wire.SampleColumns
		var rows exploreRows
		err := client.Get().Do("GET", path, nil, &sample)
		if err == nil {
			rows, err = rowsOf(sample, schema)
		}
		ctx.Dispatch(func(ctx app.Context) {
			if e.sample != asked || e.asked != n {
				return
			}
			e.sampled, e.sampleErr = true, err
			if err != nil {
				return
			}
			e.rows = rows
			e.ready(ctx)
			ui.Say(ctx, e.rows.words())
		})
	})
}

// ready draws what has come, and asks for what comes last.
func (e *Explore) ready(ctx app.Context) {
	e.rows.order(e.profiles)
	e.draw()
	if !e.sampled || e.sampleErr != nil || len(e.profiles) < len(e.set.Schema) {
		return
	}
	e.together.recover(ctx, e)
	e.count(ctx)
}

// path gives the address of something about the dataset.
func (e *Explore) path(what string, q url.Values) string {
	return "datasets/" + url.PathEscape(e.set.ID) + "/" + what + "?" + q.Encode()
}

// version gives the version that everything is of: a model's clusters are those
// of the rows that it was trained on.
func (e *Explore) version() int {
	for _, m := range e.models {
		if m.ID == e.view.Model {
			return m.Version
		}
	}
	return e.set.Version
}

// address puts what is shown into the address.
func (e *Explore) address(ctx app.Context) { showFragment(ctx, e.view.values(e.set.ID)) }

// quoted writes a name as a CSV file does, for it may have a comma.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// listed writes names as a list of columns.
func listed(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoted(n)
	}
	return strings.Join(out, ",")
}

// sampled names the columns whose values the page wants of each row: those of
// the view, then others that are not texts.
func (v exploreView) sampled(s table.Schema) []string {
	wanted := append([]string{v.X, v.Y, v.Z, v.By}, v.Columns...)
	for _, f := range v.Picked {
		wanted = append(wanted, f.Column)
	}
	for _, c := range s {
		wanted = append(wanted, c.Name)
	}
	var out []string
	for _, name := range wanted {
		if i := s.Index(name); i >= 0 && s[i].Kind != table.Text && !slices.Contains(out, name) && len(out) < exploreWide {
			out = append(out, name)
		}
	}
	return out
}

// query gives what to ask for the rows of the view: each level of the category
// that colours them has its share.
func (v exploreView) query(columns []string, version int, s table.Schema) url.Values {
	n := max(exploreLeast, min(exploreMost, exploreCells/len(columns)))
	q := url.Values{"columns": {listed(columns)}, "n": {strconv.Itoa(n)}, "seed": {strconv.Itoa(exploreSeed)}, "version": {strconv.Itoa(version)}}
	if v.Model != "" {
		q.Set("model", v.Model)
		q.Set("by", wire.ClusterColumn)
	} else if i := s.Index(v.By); i >= 0 && s[i].Kind == table.Category {
		q.Set("by", v.By)
	}
	return q
}
