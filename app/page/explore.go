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
	exploreRows   = 5000 // most rows of the scatter
	exploreCharts = 24   // columns shown at first, and more at each press
	exploreSeed   = 1    // the same rows each time
)

// Explore is the page that shows how the values of each column are spread, and
// any two columns against each other. What it shows stands in the address:
// #dataset=ID&x=COLUMN&y=COLUMN&by=COLUMN or &model=ID.
type Explore struct {
	app.Compo

	loaded  bool
	loadErr error
	sets    []wire.Dataset // in their newest versions

	set     *wire.Dataset
	opened  bool // the profile is there, or openErr is
	openErr error
	profile wire.Describe
	models  []wire.ModelInfo // trained on this dataset
	charts  int              // columns shown

	view      pairView
	sampled   bool // the points are there, or sampleErr is
	sampleErr error
	points    points

	asked    int // counts what was asked for: only the newest answer is of use
	profiles int // counts the profiles that came
	samples  int // counts the samples that came

	stop func() // ends listening for the server's return
}

// pairView says what the scatter shows.
type pairView struct {
	X, Y  string // columns
	By    string // a category's name; empty: none
	Model string // id of the model whose clusters are shown; empty: none
}

// OnMount listens for the server to come back.
func (e *Explore) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
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
	if id := fragment(ctx).Get("dataset"); id != "" && (e.set == nil || e.set.ID != id) {
		e.choose(ctx, id)
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
		e.sample(ctx)
	}
}

// load asks for the datasets and opens one: that of the address, the one used
// last, or the newest.
func (e *Explore) load(ctx app.Context) {
	ctx.Async(func() {
		var sets []wire.Dataset
		err := client.Get().Do("GET", "datasets", nil, &sets)
		ctx.Dispatch(func(ctx app.Context) {
			e.loaded, e.loadErr = true, err
			if err != nil {
				return
			}
			e.sets = sets
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
	e.view = pairView{}
	if at.Get("dataset") == id {
		e.view = pairView{X: at.Get("x"), Y: at.Get("y"), By: at.Get("by"), Model: at.Get("model")}
	}
	e.open(ctx)
}

// open asks for the profile and the models of the dataset, then for the points.
func (e *Explore) open(ctx app.Context) {
	e.asked++
	asked, id, version := e.asked, e.set.ID, e.set.Version
	e.opened, e.openErr, e.sampled, e.sampleErr, e.points, e.charts = false, nil, false, nil, points{}, exploreCharts
	ctx.Async(func() {
		var profile wire.Describe
		var models []wire.ModelInfo
		err := client.Get().Do("GET", "datasets/"+url.PathEscape(id)+"/describe?version="+strconv.Itoa(version), nil, &profile)
		if err == nil {
			err = client.Get().Do("GET", "models", nil, &models)
		}
		ctx.Dispatch(func(ctx app.Context) {
			if e.asked != asked {
				return // the user has gone on
			}
			e.opened, e.openErr = true, err
			if err != nil {
				return
			}
			e.profile = profile
			e.models = slices.DeleteFunc(models, func(m wire.ModelInfo) bool { return m.Dataset != id })
			e.profiles++
			e.view = e.view.within(e.set.Schema, e.models)
			e.sample(ctx)
		})
	})
}

// sample asks for the points of the view.
func (e *Explore) sample(ctx app.Context) {
	e.address(ctx)
	e.sampled, e.sampleErr = false, nil
	if e.view.X == "" {
		return
	}
	e.asked++
	asked, view, profile := e.asked, e.view, e.profile
	path := "datasets/" + url.PathEscape(e.set.ID) + "/sample?" + view.query(e.version()).Encode()
	ctx.Async(func() {
		var rows wire.SampleRows
		err := client.Get().Do("GET", path, nil, &rows)
		got := pointsOf(view, rows, profile) // of no rows after an error
		ctx.Dispatch(func(ctx app.Context) {
			if e.asked != asked {
				return
			}
			e.sampled, e.sampleErr = true, err
			if err != nil {
				return
			}
			e.points = got
			e.samples++
			ui.Say(ctx, got.words())
		})
	})
}

// version gives the version that the points are of: a model's clusters are
// those of the rows that it was trained on.
func (e *Explore) version() int {
	for _, m := range e.models {
		if m.ID == e.view.Model {
			return m.Version
		}
	}
	return e.set.Version
}

// address puts what is shown into the address.
func (e *Explore) address(ctx app.Context) {
	v := url.Values{"dataset": {e.set.ID}}
	for key, value := range map[string]string{"x": e.view.X, "y": e.view.Y, "by": e.view.By, "model": e.view.Model} {
		if value != "" {
			v.Set(key, value)
		}
	}
	u := *ctx.Page().URL()
	u.Fragment = v.Encode()
	if u.Fragment != ctx.Page().URL().Fragment {
		ctx.Page().ReplaceURL(&u)
	}
}

// within gives the view with what the dataset does not have replaced. An empty
// view becomes the first two numbers, coloured by the label, else by the first category.
func (v pairView) within(s table.Schema, models []wire.ModelInfo) pairView {
	numbers, categories := columnsOf(s, table.Number), columnsOf(s, table.Category)
	first := func(have string, names []string, nth int) string {
		if slices.Contains(names, have) || len(names) == 0 {
			return have
		}
		return names[min(nth, len(names)-1)]
	}
	if len(numbers) == 0 {
		return pairView{}
	}
	fresh := v == pairView{}
	v.X, v.Y = first(v.X, numbers, 0), first(v.Y, numbers, 1)
	if !slices.ContainsFunc(models, func(m wire.ModelInfo) bool { return m.ID == v.Model }) {
		v.Model = ""
	}
	if !slices.Contains(categories, v.By) {
		v.By = ""
	}
	if !fresh || len(categories) == 0 {
		return v
	}
	v.By = categories[0]
	for _, c := range s {
		if c.Role == table.Label && slices.Contains(categories, c.Name) {
			v.By = c.Name
		}
	}
	return v
}

// columnsOf names the columns of a kind.
func columnsOf(s table.Schema, kind table.Kind) []string {
	var out []string
	for _, c := range s {
		if c.Kind == kind {
			out = append(out, c.Name)
		}
	}
	return out
}

// quoted writes a name as a CSV file does, for it may have a comma.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// query gives what to ask for the rows of the view.
func (v pairView) query(version int) url.Values {
	columns := []string{v.X, v.Y}
	if v.By != "" {
		columns = append(columns, v.By)
	}
	for i, name := range columns {
		columns[i] = quoted(name)
	}
	q := url.Values{
		"columns": {strings.Join(columns, ",")}, "n": {strconv.Itoa(exploreRows)},
		"seed": {strconv.Itoa(exploreSeed)}, "version": {strconv.Itoa(version)},
	}
	if v.Model != "" {
		q.Set("model", v.Model)
	}
	return q
}

func (e *Explore) onRetry(ctx app.Context, _ app.Event) {
	if e.loadErr != nil {
		e.loaded, e.loadErr = false, nil
		e.load(ctx)
		return
	}
	e.open(ctx)
}

func (e *Explore) onAgain(ctx app.Context, _ app.Event) { e.sample(ctx) }

func (e *Explore) onSet(ctx app.Context, _ app.Event) {
	e.choose(ctx, ctx.JSSrc().Get("value").String())
}

func (e *Explore) onX(ctx app.Context, _ app.Event) {
	e.view.X = ctx.JSSrc().Get("value").String()
	e.sample(ctx)
}

func (e *Explore) onY(ctx app.Context, _ app.Event) {
	e.view.Y = ctx.JSSrc().Get("value").String()
	e.sample(ctx)
}

// onBy reads a choice of what colours the points, as byValue writes it.
func (e *Explore) onBy(ctx app.Context, _ app.Event) {
	kind, name, _ := strings.Cut(ctx.JSSrc().Get("value").String(), ":")
	e.view.By, e.view.Model = "", ""
	switch kind {
	case "column":
		e.view.By = name
	case "model":
		e.view.Model = name
	}
	e.sample(ctx)
}

func (e *Explore) onMore(app.Context, app.Event) { e.charts += exploreCharts }
