package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

// progress is a bar on a terminal, and nothing elsewhere. It shows rows done of
// rows to do, both counted.
type progress struct {
	w    io.Writer
	bar  *progressbar.ProgressBar
	of   int64
	last string
}

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progress{w: w}
	}
	return &progress{}
}

// observer shows a training.
func (p *progress) observer(restarts int) kmeans.Observer {
	name, before, seeded := "Pass 1", int64(0), false
	return kmeans.Observer{
		Seeding: func(restart, round, rounds int) {
			name, before, seeded = fmt.Sprintf("Choosing starts, round %d of %d", round, rounds), 0, round == rounds
		},
		Pass: func(i kmeans.PassInfo, _ kmeans.Checkpoint) {
			name, before, seeded = fmt.Sprintf("Run %d of %d, pass %d, inertia %.6g", i.Restart+1, restarts, i.Pass+1, i.Inertia), 0, false
		},
		Rows: func(done, total int64) {
			if seeded && done < before { // the last round of choosing is through
				name, seeded = "Pass 1", false
			}
			before = done
			p.show(name, done, total)
		},
	}
}

// show tells that done of total rows are through in the phase called name.
func (p *progress) show(name string, done, total int64) {
	if p.w == nil || total == 0 {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.w), progressbar.OptionSetWidth(24), progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		p.of = total
	}
	if name != p.last {
		p.bar.Describe(name)
		p.last = name
	}
	if total != p.of {
		p.bar.ChangeMax64(total)
		p.of = total
	}
	// At the total the bar would end; another phase follows.
	if err := p.bar.Set64(min(done, total-1)); err != nil {
		p.w, p.bar = nil, nil // the terminal is gone: the work goes on without it
	}
}

// clear removes the bar from the terminal.
func (p *progress) clear() {
	if p.bar == nil {
		return
	}
	if err := p.bar.Clear(); err != nil {
		p.w = nil
	}
	p.bar = nil
}
