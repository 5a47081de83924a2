// Package batch sends a file of the user's through a model, in a worker of the
// browser: it is read piece by piece and goes nowhere else.
package batch

import (
	"encoding/json"
	"io"

	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/apply"
	"github.com/centroid-studio/centroid/shared/drift"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Method predicts a file: Params and a File → Result. It tells how many bytes are read,
// as wire.Progress, and with it a Part: the next bytes of the rows with their clusters.
const Method = "batch.predict"

// Handle has workers answer Method.
func Handle() { worker.Handle(Method, worker.Func(predict)) }

// Params is what to predict with: the model's file.
type Params struct {
	Model json.RawMessage `json:"model"`
}

// Result is what there is to say of all rows.
type Result struct {
	Rows    int64         `json:"rows"`
	Counts  []int64       `json:"counts"` // rows of each cluster
	Notes   []string      `json:"notes"`  // rows that were left out, levels that are not known: a sentence each
	Preview string        `json:"preview"`
	Drift   *drift.Report `json:"drift,omitempty"` // nil: the model has no profile
}

const (
	pieceBytes   = 1 << 20 // of the rows that are told at once
	previewBytes = 4 << 10
)

func predict(c *worker.Call, in Params) (*Result, error) {
	m, err := model.Decode(in.Model)
	if err != nil {
		return nil, err
	}
	f, err := c.File()
	if err != nil {
		return nil, err
	}
	src := &counted{r: f.Reader(c.Context(), 0, f.Size)}
	rows, err := apply.New(m, src)
	if err != nil {
		return nil, err
	}
	out := &Result{Notes: []string{}}
	var drifted *drift.Counter
	if m.Profile != nil {
		if drifted, err = drift.NewCounter(m); err != nil {
			return nil, err
		}
	}
	piece := rows.Head()
	tell := func() error {
		p := worker.Part{Bytes: piece}
		piece = nil
		return c.Tell(wire.Progress{Done: src.n, Total: f.Size}, p)
	}
	for {
		part, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = c.Context().Err()
		}
		if err != nil {
			return nil, err
		}
		if len(out.Preview) == 0 {
			out.Preview = string(piece) + firstLines(part.Text)
		}
		piece = append(piece, part.Text...)
		if drifted != nil {
			drifted.Add(part.Batch, part.Labels, part.Distances)
		}
		if len(piece) >= pieceBytes {
			if err := tell(); err != nil {
				return nil, err
			}
		}
		c.Rest()
	}
	if err := tell(); err != nil {
		return nil, err
	}
	out.Rows, out.Counts = rows.Rows, rows.Counts
	out.Notes = append(out.Notes, rows.Notes()...)
	if drifted != nil && rows.Rows > 0 {
		if out.Drift, err = drifted.Report(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// firstLines gives as many whole lines as a preview holds.
func firstLines(text []byte) string {
	end := 0
	for lines := 0; lines < 10; lines++ {
		i := end
		for i < len(text) && text[i] != '\n' {
			i++
		}
		if i == len(text) || i > previewBytes {
			break
		}
		end = i + 1
	}
	return string(text[:end])
}

// counted counts the bytes that are read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
