package page

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	rateOver    = 3 * time.Second        // the rate shown is that of this long
	uploadEvery = 100 * time.Millisecond // progress that comes faster is drawn together
	sayUpload   = 5 * time.Second        // least time between two sentences of the live region
)

// uploadState tells how far an upload is.
type uploadState int

// The states. Reading and failed follow sending; the others are ends or beginnings.
const (
	uploadNone     uploadState = iota
	uploadSending              // bytes go out
	uploadReading              // all are out; the server reads the table
	uploadStopping             // the user has stopped it; the request is not over yet
	uploadFailed
)

// upload is a table on its way to the server, one at a time. Its zero value is
// none. Only progress may be called away from the UI goroutine.
type upload struct {
	State  uploadState
	Name   string // as the user knows it: the file's name
	Pasted bool   // it was typed or pasted, and its dialog shows it
	Sent   int64
	Total  int64
	Err    error

	marks []mark // the newest of them not older than rateOver, and one before
	end   chan struct{}
	once  *sync.Once
}

// mark is how much was sent by when.
type mark struct {
	at   time.Time
	sent int64
}

// busy reports whether an upload is under way.
func (u *upload) busy() bool { return u.State != uploadNone && u.State != uploadFailed }

// start begins an upload.
func (u *upload) start(name string, total int64, pasted bool, now time.Time) {
	*u = upload{State: uploadSending, Name: name, Pasted: pasted, Total: total, marks: []mark{{now, 0}}, end: make(chan struct{}), once: new(sync.Once)}
}

// move notes how much is sent. The browser's word for the total is taken.
func (u *upload) move(sent, total int64, now time.Time) {
	if u.State != uploadSending {
		return
	}
	u.Sent, u.Total = sent, max(total, sent)
	u.marks = append(u.marks, mark{now, sent})
	for len(u.marks) > 2 && now.Sub(u.marks[1].at) >= rateOver {
		u.marks = u.marks[1:]
	}
	if u.Sent == u.Total {
		u.State = uploadReading
	}
}

// rate gives bytes a second of late; 0 if it is not known yet.
func (u *upload) rate() float64 {
	if len(u.marks) < 2 {
		return 0
	}
	first, last := u.marks[0], u.marks[len(u.marks)-1]
	t := last.at.Sub(first.at).Seconds()
	if t <= 0 {
		return 0
	}
	return float64(last.sent-first.sent) / t
}

// cancel asks an upload to end. It may be called at any time, and twice.
func (u *upload) cancel() {
	if u.once != nil {
		u.once.Do(func() { close(u.end) })
	}
	if u.busy() {
		u.State = uploadStopping
	}
}

// done ends an upload. One that the user stopped is not a failure.
func (u *upload) done(err error) {
	if err == nil || fault.CodeOf(err) == fault.Canceled && u.State == uploadStopping {
		*u = upload{}
		return
	}
	u.State, u.Err = uploadFailed, err
}

// words tells how far the upload is.
func (u *upload) words() string {
	switch u.State {
	case uploadSending:
		s := fmt.Sprintf("%s of %s sent", ui.Bytes(u.Sent), ui.Bytes(u.Total))
		r := u.rate()
		if r <= 0 {
			return s
		}
		s += fmt.Sprintf(", %s/s", ui.Bytes(int64(r)))
		if left := ui.Left(float64(u.Total-u.Sent) / r); left != "" {
			s += ", " + left
		}
		return s
	case uploadReading:
		return fmt.Sprintf("All %s sent. The server reads the table and looks at its columns.", ui.Bytes(u.Total))
	case uploadStopping:
		return "Stopping. Nothing will be kept."
	case uploadFailed:
		return placed(u.Err)
	}
	return ""
}

// tableName makes a dataset's name of a file's.
func tableName(file string) string {
	file = path.Base(strings.ReplaceAll(file, `\`, "/"))
	name := file
	for _, end := range []string{".csv", ".tsv", ".txt"} {
		if strings.HasSuffix(strings.ToLower(file), end) {
			name = file[:len(file)-len(end)]
		}
	}
	if name = strings.TrimSpace(name); name == "" || name == "." || name == "/" {
		return "table"
	}
	return name
}

// meter passes an upload's progress from the browser's callback to the UI, at
// most every uploadEvery and never queued twice.
type meter struct {
	mu          sync.Mutex
	sent, total int64
	waiting     bool
}

// put notes progress; it reports true if the caller must see that it is taken.
func (m *meter) put(sent, total int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent, m.total = sent, total
	first := !m.waiting
	m.waiting = true
	return first
}

func (m *meter) take() (sent, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = false
	return m.sent, m.total
}

// send uploads a table and opens it. run is what sends it.
func (d *Data) send(ctx app.Context, name string, total int64, pasted bool, run func(progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error)) {
	ctx = d.ctx
	if d.up.busy() {
		ui.Toast(ctx, "warn", "Another upload is under way. Wait for it, or stop it first.")
		return
	}
	d.said = d.now()
	d.up.start(name, total, pasted, d.said)
	ui.Say(ctx, "Uploading "+name)
	end, m := d.up.end, &meter{}
	progress := func(sent, total int64) {
		if !m.put(sent, total) {
			return
		}
		ctx.Dispatch(func(ctx app.Context) {
			draw := func(ctx app.Context) {
				if d.up.end != end {
					return
				}
				sent, total := m.take()
				now := d.now()
				d.up.move(sent, total, now)
				if d.up.State == uploadReading || now.Sub(d.said) >= sayUpload {
					d.said = now
					ui.Say(ctx, d.up.words())
				}
			}
			if sent == 0 || sent == total {
				draw(ctx)
				return
			}
			ctx.After(uploadEvery, draw)
		})
	}
	ctx.Async(func() {
		set, err := run(progress, end)
		ctx.Dispatch(func(ctx app.Context) {
			if d.up.end != end {
				return // the page has gone
			}
			stopped := d.up.State == uploadStopping
			d.up.done(err)
			switch {
			case err == nil:
				if d.window.Kind == sheetPaste {
					d.window.close()
				}
				d.came(ctx, set)
			case stopped && d.up.State == uploadNone:
				ui.Toast(ctx, "", "The upload of "+name+" was stopped. Nothing was kept.")
			case pasted: // a file's failure is an alert
				ui.Say(ctx, d.up.words())
			}
			ctx.Defer(func(app.Context) { keepFocus("upload-button") })
		})
	})
}

// came shows a dataset that was just made, unless the user is at work in a dialog.
func (d *Data) came(ctx app.Context, set wire.Dataset) {
	d.sets = append([]wire.Dataset{set}, d.sets...)
	if d.window.Kind == sheetNone {
		d.asked++ // what was asked for before is of no interest
		d.sort, d.desc, d.filter, d.wide = "", false, "", false
		d.show(ctx, set, []wire.Dataset{set})
	}
	ui.Toast(ctx, "good", fmt.Sprintf("%s is there: %s. Please check what was guessed of its columns.", set.Name, sizeWords(set)))
}

// sendFile uploads a File of the browser.
func (d *Data) sendFile(ctx app.Context, file app.Value) {
	name := file.Get("name").String()
	d.send(ctx, name, int64(file.Get("size").Float()), false, func(progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error) {
		return client.Get().Upload(tableName(name), file, progress, cancel)
	})
}

// onChoose opens the browser's window to choose a file.
func (d *Data) onChoose(app.Context, app.Event) {
	app.Window().GetElementByID("file").Call("click")
}

func (d *Data) onFile(ctx app.Context, _ app.Event) {
	input := ctx.JSSrc()
	files := input.Get("files")
	if files.Length() == 0 {
		return
	}
	file := files.Index(0)
	d.sendFile(ctx, file)
	input.Set("value", "") // the same file may be chosen again
}

// holdsFile reports whether what is dragged has files, not text.
func holdsFile(e app.Event) bool {
	types := e.Get("dataTransfer").Get("types")
	return types.Truthy() && types.Call("includes", "Files").Bool()
}

func (d *Data) onDragOver(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault() // else the browser opens the file
	if d.over {
		ctx.PreventUpdate()
	}
	d.over = true
}

// onDragLeave comes for every child that is left too: only leaving the page counts.
func (d *Data) onDragLeave(ctx app.Context, e app.Event) {
	if to := e.Get("relatedTarget"); to.Truthy() && ctx.JSSrc().Call("contains", to).Bool() {
		ctx.PreventUpdate()
		return
	}
	d.over = false
}

func (d *Data) onDrop(ctx app.Context, e app.Event) {
	if !holdsFile(e) {
		return
	}
	e.PreventDefault()
	d.over = false
	files := e.Get("dataTransfer").Get("files")
	switch n := files.Length(); {
	case n == 1:
		d.sendFile(ctx, files.Index(0))
	case n > 1:
		ui.Toast(ctx, "warn", fmt.Sprintf("You dropped %d files. Drop one at a time.", n))
	}
}

func (d *Data) onStop(ctx app.Context, _ app.Event) {
	d.up.cancel()
	ui.Say(ctx, d.up.words())
}

// onForget takes a failed upload off the page.
func (d *Data) onForget(app.Context, app.Event) {
	if !d.up.busy() {
		d.up = upload{}
	}
}

// onSample makes a dataset of a sample.
func (d *Data) onSample(ctx app.Context, _ app.Event) {
	name := scope(ctx, "sample")
	if d.making != "" {
		return
	}
	d.making = name
	ctx = d.ctx
	ctx.Async(func() {
		var set wire.Dataset
		err := client.Get().Do("POST", "datasets/sample/"+url.PathEscape(name), nil, &set)
		ctx.Dispatch(func(ctx app.Context) {
			d.making = ""
			if err != nil {
				d.failed(ctx, err)
				return
			}
			d.came(ctx, set)
		})
	})
}

// keepFocus puts the focus on an element if what had it has left the page.
func keepFocus(id string) {
	doc := app.Window().Get("document")
	if !doc.Get("activeElement").Equal(doc.Get("body")) {
		return
	}
	if el := app.Window().GetElementByID(id); el.Truthy() {
		el.Call("focus")
	}
}
