// Package matrix keeps prepared rows on disk, as a training wants them: packed
// float32, row-major, mapped into memory, so that a training never holds the
// table. A matrix is named after its content, and built once for all trainings
// that need it.
//
// A matrix is a folder <dir>/<key> with rows.f32 (float32, little-endian,
// row-major), ids.i64 (the row ids, little-endian) and, if rows have weights,
// weights.f64. It comes into being by a
// rename, complete or not at all.
package matrix

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

const (
	rowsFile    = "rows.f32"
	idsFile     = "ids.i64"
	weightsFile = "weights.f64"
)

// Source is a table with a name for its content: sources with the same hash
// give the same values and the same row ids.
type Source interface {
	table.Source
	Hash() string
}

// Matrix is the vectors of a table's rows, and the rows' ids. Several
// goroutines may read it. Its slices must not be written to, nor read after Close.
type Matrix struct {
	key     string
	dim     int
	vectors []float32
	ids     []int64
	weights []float64
	files   []*mapped.File
}

// Open opens the matrix of src's rows as p prepares them, and their weights if a
// column of src has them; weight is empty for none. It builds it in dir if
// it is not there, or not whole. Rows that p leaves out are not in it. progress, which may be
// nil, hears of the table's rows read so far, of all; of none if nothing is
// built. When ctx ends, Open returns context.Cause(ctx) and nothing stays on the
// disk. A full disk is fault.Unavailable; a row that can't be trained on, for its
// weight or because p.Unit leaves it no direction, is fault.Invalid. The caller closes the matrix.
func Open(ctx context.Context, dir string, src Source, p *prep.Prep, weight string, progress func(done, total int64)) (*Matrix, error) {
	const op = "matrix.Open"
	key, err := keyOf(src, p, weight)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	// Twice: what is built may be pruned by another process before it is opened.
	for range 2 {
		m, err := load(dir, key, p.Width(), weight != "")
		if err == nil {
			return m, nil
		}
		if !errors.Is(err, errDamaged) && !errors.Is(err, fs.ErrNotExist) {
			return nil, wrap(op, err)
		}
		if errors.Is(err, errDamaged) {
			if err := remove(dir, filepath.Join(dir, key)); err != nil {
				return nil, wrap(op, err)
			}
		}
		if err := build(ctx, dir, key, src, p, weight, progress); err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, wrap(op, err)
		}
	}
	m, err := load(dir, key, p.Width(), weight != "")
	return m, wrap(op, err)
}

// keyOf names the content of a matrix.
func keyOf(src Source, p *prep.Prep, weight string) (string, error) {
	b, err := json.Marshal(struct {
		Format  int
		Data    string
		Columns []string
		Prep    *prep.Prep
		Weight  string `json:",omitempty"`
	}{1, src.Hash(), p.Names(), p, weight})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// errDamaged says that a matrix is there, but not whole: a disk lost a part of it.
var errDamaged = errors.New("matrix: files are missing or have the wrong size")

// load maps a matrix that is there; fs.ErrNotExist if it is not, errDamaged if it is not whole.
func load(dir, key string, dim int, weighted bool) (*Matrix, error) {
	folder := filepath.Join(dir, key)
	if _, err := os.Stat(folder); err != nil {
		return nil, err
	}
	m := &Matrix{key: key, dim: dim}
	names := []string{rowsFile, idsFile}
	if weighted {
		names = append(names, weightsFile)
	}
	for _, name := range names {
		f, err := mapped.Open(filepath.Join(folder, name))
		if err != nil {
			return nil, errors.Join(lacking(err), m.Close())
		}
		m.files = append(m.files, f)
	}
	rows, ids := m.files[0].Bytes(), m.files[1].Bytes()
	m.vectors, m.ids = mapped.As[float32](rows), mapped.As[int64](ids)
	if weighted {
		m.weights = mapped.As[float64](m.files[2].Bytes())
	}
	if len(rows) != 4*dim*len(m.ids) || len(ids)%8 != 0 || weighted && len(m.weights) != len(m.ids) {
		return nil, errors.Join(fmt.Errorf("%w: %s has %d bytes of rows of %d values, and %d bytes of ids", errDamaged, key, len(rows), dim, len(ids)), m.Close())
	}
	now := time.Now() // Prune takes the folders with the oldest times first
	if err := os.Chtimes(folder, now, now); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// lacking says that a file of a matrix is not there.
func lacking(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %v", errDamaged, err)
	}
	return err
}

// Vectors gives the vectors, one after the other.
func (m *Matrix) Vectors() []float32 { return m.vectors }

// Rows gives the number of vectors.
func (m *Matrix) Rows() int { return len(m.ids) }

// Dim gives the number of values in a vector.
func (m *Matrix) Dim() int { return m.dim }

// ID gives the id of the row that vector i is of.
func (m *Matrix) ID(i int) int64 { return m.ids[i] }

// IDs gives all ids.
func (m *Matrix) IDs() []int64 { return m.ids }

// Weights gives the weight of each row, or nil if they have none.
func (m *Matrix) Weights() []float64 { return m.weights }

// Key gives the matrix's name, which changes with its content.
func (m *Matrix) Key() string { return m.key }

// Close unmaps the matrix. It stays on disk for the next who opens it.
func (m *Matrix) Close() error {
	var err error
	for _, f := range m.files {
		err = errors.Join(err, f.Close())
	}
	m.vectors, m.ids, m.weights, m.files = nil, nil, nil, nil
	return fault.Wrap("matrix.Close", err)
}
