package page

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Data is the page where tables come in, are looked at and are mended. What it
// shows stands in the address: #dataset=ID, and &version=N for a version that
// is not the newest.
type Data struct {
	app.Compo

	ctx app.Context // the page's own: that of an event ends with the button or the dialog that it came from

	loaded  bool
	loadErr error
	sets    []wire.Dataset    // each in its newest version, the newest first
	samples []wire.SampleData // to begin with; none if the server did not say

	set      *wire.Dataset  // the version shown; nil: none is
	versions []wire.Dataset // of it, the newest first
	opening  string         // id of the dataset that is being asked for
	openErr  error
	asked    int // counts what was asked for: only the newest answer is of use

	sql     bool // the SQL editor is shown in the place of the rows
	view    rowsView
	at      ui.GridPlace
	undoing bool // an undo or a redo is under way

	up     upload
	rests  []wire.Upload // unfinished uploads, which can go on
	can    wire.Imports
	over   bool      // a file is held over the page
	said   time.Time // when its progress was said last
	making string    // name of the sample that is being made

	queue    editQueue
	window   sheet    // the dialog that is open
	conflict conflict // that it asks about
	filter   string
	wide     bool   // all columns are listed
	panel    string // that is open under the rows, of those below; "" for none

	stop func() // ends listening for the server's return
	now  func() time.Time
}

// The panels under the rows.
const (
	panelHistory = "history"
	panelGroups  = "groups"
)

// OnInit sets what a first visit begins with.
func (d *Data) OnInit() { d.now = time.Now }

// OnMount listens for the server to come back.
func (d *Data) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	d.ctx = ctx
	d.stop = client.Get().OnState(func(online bool) {
		if online {
			ctx.Dispatch(d.recover)
		}
	})
}

// OnDismount stops listening and an upload that is under way.
func (d *Data) OnDismount() {
	if d.stop != nil {
		d.stop()
	}
	d.up.leave()
}

// OnNav shows what the address names.
func (d *Data) OnNav(ctx app.Context) {
	ctx.Page().SetTitle("Data · Centroid")
	if app.IsServer {
		return
	}
	at := fragment(ctx)
	id, version := at.Get("dataset"), versionOf(at.Get("version"))
	d.sql = at.Has("sql")
	if !d.loaded || d.loadErr != nil {
		d.load(id, version)
		return
	}
	if id != "" {
		d.open(id, version)
	}
}

// versionOf reads a version's number; 0, the newest, if it is none.
func versionOf(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// recover tries again what the server's absence has hindered.
func (d *Data) recover(ctx app.Context) {
	at := fragment(ctx)
	switch {
	case d.loadErr != nil:
		d.load(at.Get("dataset"), versionOf(at.Get("version")))
	case d.openErr != nil && fault.CodeOf(d.openErr) == fault.Unavailable:
		d.open(d.opening, versionOf(at.Get("version")))
	}
}

// load asks for the datasets and the samples, then opens one: that called want,
// the one used last, or the newest.
func (d *Data) load(want string, version int) {
	ctx := d.ctx
	d.unfinished()
	ctx.Async(func() {
		var sets []wire.Dataset
		err := client.Get().Do("GET", "datasets", nil, &sets)
		var samples []wire.SampleData
		if err == nil {
			err = client.Get().Do("GET", "datasets/sample", nil, &samples)
		}
		ctx.Dispatch(func(ctx app.Context) {
			d.loaded, d.loadErr = true, err
			if err != nil {
				return
			}
			d.sets, d.samples = sets, samples
			if want == "" {
				want, version = firstOf(sets, ui.CurrentDataset(ctx)), 0
			}
			if want != "" {
				d.open(want, version)
			}
		})
	})
}

// firstOf gives last if there is such a dataset, else the newest, else "".
func firstOf(sets []wire.Dataset, last string) string {
	if len(sets) == 0 {
		return ""
	}
	if slices.ContainsFunc(sets, func(s wire.Dataset) bool { return s.ID == last }) {
		return last
	}
	return sets[0].ID
}

// open shows a version of a dataset; 0 means the newest.
func (d *Data) open(id string, version int) {
	if d.set != nil && d.set.ID == id && d.opening == "" && (d.set.Version == version || version == 0 && d.set.Version == d.set.Newest) {
		return
	}
	if d.set == nil || d.set.ID != id {
		d.view, d.filter, d.wide = viewOf(d.ctx, id), "", false
	}
	d.asked++
	d.opening, d.openErr = id, nil
	asked := d.asked
	ctx := d.ctx
	ctx.Async(func() {
		var versions []wire.Dataset
		err := client.Get().Do("GET", "datasets/"+url.PathEscape(id)+"/versions?limit="+strconv.Itoa(versionsListed), nil, &versions)
		if n := len(versions); n == versionsListed && 0 < version && version < versions[n-1].Version { // further back
			var one wire.Dataset
			if err = client.Get().Do("GET", "datasets/"+url.PathEscape(id)+"?version="+strconv.Itoa(version), nil, &one); err == nil {
				versions = append(versions, one)
			}
		}
		ctx.Dispatch(func(ctx app.Context) {
			if d.asked != asked {
				return // the user has gone on
			}
			var set wire.Dataset
			if err == nil {
				set, err = pickVersion(versions, version)
			}
			if err != nil {
				d.openErr, d.set, d.versions = err, nil, nil
				return
			}
			d.opening = ""
			d.show(ctx, set, versions)
		})
	})
}

// show makes set what the page shows.
func (d *Data) show(ctx app.Context, set wire.Dataset, versions []wire.Dataset) {
	d.set, d.versions, d.opening, d.openErr = &set, versions, "", nil
	d.fitView()
	if set.Version != set.Newest {
		ui.Say(ctx, olderWords(set))
	}
	ui.SetCurrentDataset(ctx, set.ID)
	d.address(ctx)
}

// address puts what is shown into the address.
func (d *Data) address(ctx app.Context) {
	u := *ctx.Page().URL()
	u.Fragment = ""
	if d.set != nil {
		u.Fragment = place(*d.set)
		if d.sql {
			u.Fragment += "&sql"
		}
	}
	if u.Fragment != ctx.Page().URL().Fragment {
		ctx.Page().ReplaceURL(&u)
	}
}

// place gives the fragment that names a version; the newest has no number, so
// that a link to it stays one to the newest.
func place(set wire.Dataset) string {
	v := url.Values{"dataset": {set.ID}}
	if set.Version != set.Newest {
		v.Set("version", strconv.Itoa(set.Version))
	}
	return v.Encode()
}

// pickVersion gives version n of a dataset's versions, the newest first; 0 means the newest.
func pickVersion(versions []wire.Dataset, n int) (wire.Dataset, error) {
	if len(versions) == 0 {
		return wire.Dataset{}, fault.Newf(fault.NotFound, "This dataset is gone. Choose another one.")
	}
	if n == 0 {
		return versions[0], nil
	}
	for _, v := range versions {
		if v.Version == n {
			return v, nil
		}
	}
	return wire.Dataset{}, fault.Newf(fault.NotFound, "%s has no version %d; its newest is %d.", versions[0].Name, n, versions[0].Version)
}

// accept takes the version that a change has made.
func (d *Data) accept(ctx app.Context, set wire.Dataset) {
	gap := d.take(set)
	if !d.shows(set.ID) {
		return // the user has gone on to another dataset
	}
	d.fitView()
	d.address(ctx)
	if gap {
		d.opening = set.ID // asks for the versions even though set is shown
		d.open(set.ID, 0)
	}
}

// take notes a version that a change has made. It reports true if there are
// versions in between that are not known here: somebody else changes it too.
func (d *Data) take(set wire.Dataset) (gap bool) {
	for i := range d.sets {
		if d.sets[i].ID == set.ID && d.sets[i].Version <= set.Version {
			d.sets[i] = set
		}
	}
	if !d.shows(set.ID) || d.set.Newest > set.Version {
		return false // of no interest, or overtaken
	}
	gap = set.Version > d.set.Newest+1
	if set.Version > d.set.Newest {
		d.versions = append([]wire.Dataset{set}, d.versions...)
	}
	for i := range d.versions {
		d.versions[i].Name, d.versions[i].Newest = set.Name, set.Newest
	}
	if d.older() { // it is being read: it stays
		d.set.Name, d.set.Newest = set.Name, set.Newest
		return false
	}
	d.set = &set
	return gap
}

// shows reports whether a dataset is the one shown.
func (d *Data) shows(id string) bool { return d.set != nil && d.set.ID == id }

// older reports whether what is shown can only be read.
func (d *Data) older() bool { return d.set != nil && d.set.Version != d.set.Newest }

func (d *Data) onRetry(ctx app.Context, _ app.Event) {
	d.loaded, d.loadErr = false, nil
	at := fragment(ctx)
	d.load(at.Get("dataset"), versionOf(at.Get("version")))
}

func (d *Data) onReopen(ctx app.Context, _ app.Event) {
	d.open(d.opening, versionOf(fragment(ctx).Get("version")))
}

func (d *Data) onVersion(ctx app.Context, _ app.Event) {
	if d.set != nil {
		d.open(d.set.ID, versionOf(ctx.JSSrc().Get("value").String()))
	}
}

// onPanel opens a panel under the rows, or closes it.
func (d *Data) onPanel(ctx app.Context, _ app.Event) {
	panel := scope(ctx, "panel")
	if d.panel == panel {
		panel = ""
	}
	if d.panel = panel; panel == "" {
		return
	}
	ctx.Defer(func(app.Context) {
		if el := app.Window().GetElementByID(panel); el.Truthy() {
			el.Call("scrollIntoView", map[string]any{"block": "nearest"})
		}
	})
}

// changed takes a version that a panel has made, and shows it even where an
// older one was looked at.
func (d *Data) changed(ctx app.Context, set wire.Dataset) {
	if d.shows(set.ID) && d.older() {
		d.open(set.ID, 0)
	}
	d.accept(ctx, set)
}

func (d *Data) onNewest(ctx app.Context, _ app.Event) {
	if d.set != nil {
		d.open(d.set.ID, 0)
	}
}

// failed tells that something the user asked for was not done.
func (d *Data) failed(ctx app.Context, err error) {
	ui.Toast(ctx, "bad", placed(err))
}
