package page

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/app/private"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Private is the page of work that stays in this browser: a file is opened, looked
// at and trained on in a worker. No request is made, so it needs no account and no
// server once it is loaded. The table lasts as long as the page, models stay.
type Private struct {
	app.Compo

	ctx    app.Context // the page's own
	worker *worker.Worker
	gone   bool  // the page was left
	before int64 // bytes that were sent when the file was opened

	over    bool // a file is held over the page
	reading string
	read    wire.Progress // bytes of the file that is being read
	openErr error
	table   *private.Opened
	rows    exploreRows
	x, y    string
	charts  int // columns that are drawn
	stamp   int // another one: another table

	train Train

	models  []*model.Model // private ones of this device
	keepErr error          // of reading them
	asked   *model.Model   // that is about to be published
	sending bool
}

const (
	privateCharts = 6
	samplePath    = "/web/penguins.csv"
)

// OnInit sets up the part that trains.
func (p *Private) OnInit() {
	p.train.OnInit()
	p.train.private, p.train.loaded = p, true
	p.train.at = &beside{page: p}
}

// OnMount starts the worker at once: from then on the page needs no server.
func (p *Private) OnMount(ctx app.Context) {
	if app.IsServer {
		return
	}
	p.ctx, p.train.ctx = ctx, ctx
	p.begin()
	p.list()
}

// begin starts a worker.
func (p *Private) begin() {
	p.ctx.Async(func() {
		w := worker.Start()
		if p.gone {
			w.End()
			return
		}
		p.ctx.Dispatch(func(app.Context) { p.worker = w })
	})
}

// OnNav names the page.
func (p *Private) OnNav(ctx app.Context) { ctx.Page().SetTitle("Private · Centroid") }

// OnDismount lets go of the table.
func (p *Private) OnDismount() {
	p.gone = true
	p.train.OnDismount()
	p.worker.End()
}

// list reads the private models of this device.
func (p *Private) list() {
	p.ctx.Async(func() {
		all, err := device.Models()
		var own []*model.Model
		for _, m := range all {
			if device.IsPrivate(m.ID) {
				own = append(own, m)
			}
		}
		p.ctx.Dispatch(func(app.Context) { p.models, p.train.models, p.keepErr = own, all, err })
	})
}

func (p *Private) onChoose(app.Context, app.Event) {
	app.Window().GetElementByID("private-file").Call("click")
}

func (p *Private) onFile(ctx app.Context, _ app.Event) {
	input := ctx.JSSrc()
	if files := input.Get("files"); files.Length() > 0 {
		p.open(worker.FileOf(files.Index(0)))
	}
	input.Set("value", "") // the same file may be chosen again
}

func (p *Private) onDragOver(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault() // else the browser opens the file
	if p.over {
		ctx.PreventUpdate()
	}
	p.over = true
}

func (p *Private) onDragLeave(ctx app.Context, e app.Event) {
	if to := e.Get("relatedTarget"); to.Truthy() && ctx.JSSrc().Call("contains", to).Bool() {
		ctx.PreventUpdate()
		return
	}
	p.over = false
}

func (p *Private) onDrop(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault()
	p.over = false
	if files := e.Get("dataTransfer").Get("files"); files.Length() == 1 {
		p.open(worker.FileOf(files.Index(0)))
		return
	}
	ui.Toast(ctx, "warn", "Drop one file at a time.")
}

// onSample opens the table that comes with the page.
func (p *Private) onSample(app.Context, app.Event) {
	p.ctx.Async(func() {
		b, err := client.Get().Static(samplePath)
		p.ctx.Dispatch(func(app.Context) {
			if err != nil {
				p.openErr = err
				return
			}
			p.open(worker.NewFile("penguins.csv", b))
		})
	})
}

// open reads a file in the place of the one that is open. What was trained on that
// stays on the device.
func (p *Private) open(f *worker.File) {
	if p.reading != "" || p.worker == nil {
		return
	}
	w := p.worker
	p.reading, p.read, p.openErr = f.Name, wire.Progress{Total: f.Size}, nil
	p.before = client.Get().Sent()
	if p.train.stop != nil {
		p.train.stop()
	}
	p.train.run, p.train.stop = nil, nil
	p.ctx.Async(func() {
		opened := new(private.Opened)
		_, err := w.Do(context.Background(), worker.Request{Method: private.MethodOpen, Params: struct{}{}, Parts: []worker.Part{{File: f}}, Tell: p.tell}, opened)
		p.ctx.Dispatch(func(ctx app.Context) {
			if w != p.worker {
				return // it was stopped
			}
			p.reading = ""
			if err != nil {
				p.openErr = err
				ui.Say(ctx, fault.Message(err))
				return
			}
			p.show(ctx, opened)
		})
	})
}

// tell takes how much of the file is read.
func (p *Private) tell(body []byte, _ []worker.Part) {
	var at wire.Progress
	if decode(body, &at) {
		p.ctx.Dispatch(func(app.Context) { p.read = at })
	}
}

func (p *Private) show(ctx app.Context, o *private.Opened) {
	rows, err := rowsOf(o.Shown, o.Dataset.Schema)
	if err != nil {
		p.openErr = err
		return
	}
	p.table, p.rows, p.charts = o, rows, privateCharts
	p.stamp++
	p.x, p.y = "", ""
	numbers := columnsOf(o.Dataset.Schema, table.Number)
	if len(numbers) > 0 {
		p.x, p.y = numbers[0], numbers[min(1, len(numbers)-1)]
	}
	p.train.datasets = []wire.Dataset{o.Dataset}
	p.train.form.setData(&p.train.datasets[0])
	p.train.form.fitRows()
	p.train.folded = false
	ui.Say(ctx, o.Dataset.Name+" is open: "+count(int(o.Dataset.Rows), "row", "rows")+".")
}

// onStop gives up reading: the worker goes, with what it had read, and another comes.
func (p *Private) onStop(ctx app.Context, _ app.Event) {
	p.worker.End()
	p.worker, p.reading, p.table = nil, "", nil
	ui.Say(ctx, "Stopped.")
	p.begin()
}

func (p *Private) onX(ctx app.Context, _ app.Event) {
	p.x = ctx.JSSrc().Get("value").String()
	p.stamp++
}

func (p *Private) onY(ctx app.Context, _ app.Event) {
	p.y = ctx.JSSrc().Get("value").String()
	p.stamp++
}

func (p *Private) onMore(app.Context, app.Event) { p.charts += privateCharts }

// onRows has the browser save the rows with their clusters.
func (p *Private) onRows(ctx app.Context, _ app.Event) {
	w, name := p.worker, p.table.Dataset.Name
	p.ctx.Async(func() {
		parts, err := w.Do(context.Background(), worker.Request{Method: private.MethodRows, Params: struct{}{}}, nil)
		p.ctx.Dispatch(func(ctx app.Context) {
			if err != nil || len(parts) == 0 {
				ui.Toast(ctx, "bad", fault.Message(err))
				return
			}
			saveFile(name+" clusters.csv", "text/csv", string(parts[0].Bytes))
		})
	})
}

// beside trains in the page's worker.
type beside struct {
	page *Private
	stop context.CancelFunc
	hear func(wire.Event)
	held []wire.Event // that came before somebody heard
}

// privateJob is the name of the one training there is at a time.
const privateJob = "private"

func (b *beside) start(req wire.TrainStart) (string, error) {
	p := b.page
	ctx, stop := context.WithCancel(context.Background())
	b.stop, b.hear, b.held = stop, nil, nil
	w := p.worker
	go func() { // ends with the call
		defer stop()
		_, err := w.Do(ctx, worker.Request{Method: private.MethodTrain, Params: req, Tell: func(body []byte, _ []worker.Part) {
			var e wire.Event
			if decode(body, &e) {
				p.ctx.Dispatch(func(app.Context) { b.take(e) })
			}
		}}, nil)
		if err != nil {
			p.ctx.Dispatch(func(app.Context) {
				b.take(wire.Event{Seq: 1 << 62, At: time.Now(), Type: wire.EventFailed, Fault: &wire.Fault{Code: string(fault.CodeOf(err)), Message: fault.Message(err)}})
			})
		}
	}()
	return privateJob, nil
}

// take is called on the UI goroutine.
func (b *beside) take(e wire.Event) {
	e.Job = privateJob
	if b.hear == nil {
		b.held = append(b.held, e)
		return
	}
	b.hear(e)
}

func (b *beside) watch(_ string, hear func(wire.Event)) (stop func()) {
	b.hear = hear
	for _, e := range b.held {
		hear(e)
	}
	b.held = nil
	cancel := b.stop
	return func() { b.hear = func(wire.Event) {}; cancel() }
}

func (b *beside) gone(string) bool { return false }

func (b *beside) cancel(string) error {
	b.stop()
	return nil
}

func (b *beside) keep(m *model.Model) (*model.Model, error) {
	err := device.SaveModel(m)
	b.page.list()
	return m, err
}
