package page

import (
	"fmt"
	"math"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/wire"
)

// pill gives the words and the class of the state's pill.
func (r *run) pill(canceling bool) (text, class string) {
	if canceling && !r.Stage.ended() {
		return "Canceling", "warn"
	}
	switch r.Stage {
	case stageQueued:
		if r.Fault != nil {
			return "Queued again", "warn"
		}
		return "Queued", ""
	case stageStarted:
		return "Starting", "run"
	case stageLoading:
		return "Reading rows", "run"
	case stageSeeding:
		if s := r.Seeding; s != nil {
			return fmt.Sprintf("Seeding, round %d of %d", s.Round, s.Rounds), "run"
		}
		return "Seeding", "run"
	case stagePasses:
		return r.passWords(), "run"
	case stageScoring:
		return "Scoring", "run"
	case stageDone:
		if r.Model != nil && r.Model.Training.Partial != "" {
			return "Partial", "warn"
		}
		return "Done", "good"
	case stageFailed:
		return "Failed", "bad"
	case stageCanceled:
		return "Canceled", "warn"
	}
	return "Waiting", ""
}

// passWords says which pass it is. While a pass is at work it has no number
// yet: the newest finished one is named.
func (r *run) passWords() string {
	p := r.last()
	if p == nil {
		return "First pass"
	}
	if r.bisects() {
		return fmt.Sprintf("Split %d of %d", p.Pass, p.MaxPasses)
	}
	s := fmt.Sprintf("Pass %d of at most %d", p.Pass, p.MaxPasses)
	if p.Restarts > 1 {
		s += fmt.Sprintf(", run %d of %d", p.Restart+1, p.Restarts)
	}
	return s
}

// bar is the progress bar: how much is done and what it counts.
type bar struct {
	Known bool    // false: how long it takes can't be known
	Value float64 // 0 to 1
	Text  string  // what the value counts
}

// bar gives the truth about the present step: rows done of rows to do. During
// the passes it is the part of the passes allowed, which is the most that can
// come: a run stops sooner when nothing moves.
func (r *run) bar() bar {
	part, text := 0., ""
	if p := r.Progress; p != nil && p.Total > 0 {
		part = min(1, float64(p.Done)/float64(p.Total))
		text = fmt.Sprintf("%s of %s rows", ui.Num(float64(p.Done)), ui.Num(float64(p.Total)))
	}
	switch r.Stage {
	case stageNone, stageQueued:
		return bar{Text: "Waiting for a free worker. How long that takes is not known."}
	case stageStarted:
		return bar{Text: "A worker has it."}
	case stageDone:
		if r.Model != nil && r.Model.Training.Partial != "" {
			return bar{Known: true, Value: r.share(0), Text: r.ending()}
		}
		return bar{Known: true, Value: 1, Text: r.ending()}
	case stageCanceled:
		return bar{Known: true, Value: r.share(0), Text: r.ending()}
	case stageFailed:
		return bar{Known: true, Text: r.ending()}
	case stagePasses:
		last := r.last()
		if last == nil {
			return bar{Known: text != "", Value: 0, Text: "First pass: " + text}
		}
		if part == 1 { // of the newest pass, which is counted
			part = 0
		}
		words := r.passWords() + " (it stops sooner when it comes to rest). "
		if r.bisects() {
			words = r.passWords() + ". "
		}
		return bar{Known: true, Value: r.share(part), Text: words + text}
	}
	names := map[stage]string{stageLoading: "Reading: ", stageSeeding: "Choosing the starts: ", stageScoring: "Scores: "}
	if text == "" {
		return bar{Text: names[r.Stage] + "not counted yet"}
	}
	return bar{Known: true, Value: part, Text: names[r.Stage] + text}
}

// share gives the part of the passes allowed that is done; part is how much of
// the present one is.
func (r *run) share(part float64) float64 {
	p := r.last()
	if p == nil {
		return 0
	}
	return min(1, (float64(p.Restart*p.MaxPasses+p.Pass)+part)/float64(max(1, p.MaxPasses*p.Restarts)))
}

// ending tells how the run ended.
func (r *run) ending() string {
	switch r.Stage {
	case stageCanceled:
		if r.Model == nil {
			return "You canceled it before there were centroids. Nothing was kept."
		}
		return "You canceled it after " + steps(r.Model) + ". The best so far is kept."
	case stageFailed:
		if r.Fault != nil {
			return r.Fault.Message
		}
		return "It failed."
	case stageDone:
		if r.Model == nil {
			return "Done."
		}
		return fmt.Sprintf("%s in %s: %s.", steps(r.Model), seconds(r.Model.Training.Seconds), rest(r.Model))
	}
	return ""
}

// sentence is what a screen reader hears.
func (r *run) sentence() string {
	switch r.Stage {
	case stageDone, stageFailed, stageCanceled:
		text, _ := r.pill(false)
		return text + ". " + r.ending()
	case stagePasses:
		p := r.last()
		if p == nil {
			return "First pass."
		}
		if p.Estimated {
			return fmt.Sprintf("%s, inertia about %s.", r.passWords(), ui.Num(p.Inertia))
		}
		return fmt.Sprintf("%s, inertia %s, %s of rows moved.", r.passWords(), ui.Num(p.Inertia), ui.Share(float64(p.Changed)/float64(max(1, p.Rows))))
	}
	text, _ := r.pill(false)
	return text + "."
}

// fact is a number with its name.
type fact struct{ Name, Value string }

// facts lists the numbers of the newest pass. Those that have not been
// measured are absent.
func (r *run) facts() []fact {
	p := r.last()
	if p == nil {
		return nil
	}
	out := []fact{{"Inertia", about(p) + ui.Num(p.Inertia)}}
	if !p.Estimated {
		out = append(out, fact{"Rows moved", ui.Num(float64(p.Changed))})
	}
	if !r.bisects() {
		out = append(out, fact{"Largest shift", ui.Num(p.Shift)})
	}
	if p.RowsPerSecond > 0 && !math.IsInf(p.RowsPerSecond, 0) {
		out = append(out, fact{"Rows per second", ui.Num(p.RowsPerSecond)})
	}
	if r.Stage == stagePasses {
		left := p.SecondsLeft
		if r.Start != nil && r.Start.TimeLimit > 0 {
			left = min(left, r.Start.TimeLimit)
		}
		out = append(out, fact{"Time left, at most", seconds(left)})
	}
	return out
}

// about stands before an inertia that was not measured on all rows.
func about(p *wire.Pass) string {
	if p.Estimated {
		return "≈ "
	}
	return ""
}

// kept says what a cancel leaves.
func (r *run) kept() string {
	if len(r.Passes) == 0 {
		return "There is nothing to keep before the first pass."
	}
	return "The best so far is kept."
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return ui.Num(float64(n)) + " " + many
}

// seconds writes a measured time.
func seconds(s float64) string {
	switch {
	case s < .001:
		return "under 1 ms"
	case s < 1:
		return fmt.Sprintf("%.0f ms", s*1000)
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	case s < 100:
		return fmt.Sprintf("%.0f s", s)
	case s < 5400:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.1f h", s/3600)
}
