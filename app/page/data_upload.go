package page

import (
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
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
	uploadPaused               // by the user; what was sent is on the server
	uploadWaiting              // for the server, which is out of reach
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

	control *client.Control // nil: it is sent in one piece
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

// pause pauses an upload in pieces, or lets it go on.
func (u *upload) pause(on bool, now time.Time) {
	switch {
	case u.control == nil:
	case on && (u.State == uploadSending || u.State == uploadWaiting):
		u.State = uploadPaused
		u.control.Set(client.Paused)
	case !on && u.State == uploadPaused:
		u.State, u.marks = uploadSending, []mark{{now, u.Sent}}
		u.control.Set(client.Going)
	}
}

// wait notes that the server went out of reach, or is back.
func (u *upload) wait(away bool, now time.Time) {
	switch {
	case away && u.State == uploadSending:
		u.State = uploadWaiting
	case !away && u.State == uploadWaiting:
		u.State, u.marks = uploadSending, []mark{{now, u.Sent}}
	}
}

// leave ends an upload because its page goes: one in pieces can go on another time.
func (u *upload) leave() {
	if u.control != nil {
		u.control.Set(client.Left)
	}
	u.cancel()
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
	if u.control != nil {
		u.control.Set(client.Stopped)
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
	case uploadPaused:
		return fmt.Sprintf("Paused. %s of %s are on the server, and stay for a day.", ui.Bytes(u.Sent), ui.Bytes(u.Total))
	case uploadWaiting:
		return fmt.Sprintf("The server can't be reached. %s of %s were sent; it goes on by itself.", ui.Bytes(u.Sent), ui.Bytes(u.Total))
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
	for _, ends := range [][]string{{".gz", ".zst", ".zip"}, {".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".parquet", ".arrow", ".arrows", ".feather", ".npy"}} {
		for _, end := range ends {
			if strings.HasSuffix(strings.ToLower(name), end) {
				name = name[:len(name)-len(end)]
			}
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
