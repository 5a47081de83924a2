package registry

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/centroid-studio/centroid/shared/fault"
)

// chunkRows is how many rows share a chunk: a window of a table meets one or two.
const chunkRows = 1 << 14

// Chunk is the clusters of some rows, packed. Its zero value is none.
type Chunk struct {
	First, Last int64 // least and greatest row id
	Body        []byte
}

// PutLabels keeps the cluster of each row that the owner's model was trained
// on, by the row's id. Ids are different; they need not be in order.
func (r *Registry) PutLabels(ctx context.Context, owner, id string, rows []int64, clusters []int32) error {
	const op = "registry.PutLabels"
	if len(rows) != len(clusters) {
		return fault.Wrap(op, fmt.Errorf("%d rows and %d clusters", len(rows), len(clusters)))
	}
	if !slices.IsSorted(rows) {
		rows, clusters = sorted(rows, clusters)
	}
	err := r.store.SetLabels(ctx, owner, id, func() Chunk {
		n := min(chunkRows, len(rows))
		if n == 0 {
			return Chunk{}
		}
		c := Chunk{First: rows[0], Last: rows[n-1], Body: encodeChunk(rows[:n], clusters[:n])}
		rows, clusters = rows[n:], clusters[n:]
		return c
	})
	return fault.Wrap(op, err)
}

func sorted(rows []int64, clusters []int32) ([]int64, []int32) {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rows[a], rows[b]) })
	r, c := make([]int64, len(rows)), make([]int32, len(rows))
	for i, o := range order {
		r[i], c[i] = rows[o], clusters[o]
	}
	return r, c
}

// encodeChunk packs rows in ascending order: their number, the first id, and
// then for each row what its id is above the one before, and its cluster; all as
// uvarints, the first id as a varint. Mostly that is two bytes a row.
func encodeChunk(rows []int64, clusters []int32) []byte {
	b := binary.AppendUvarint(make([]byte, 0, 3*len(rows)+20), uint64(len(rows)))
	b = binary.AppendVarint(b, rows[0])
	before := rows[0]
	for i, r := range rows {
		b = binary.AppendUvarint(b, uint64(r-before))
		b = binary.AppendUvarint(b, uint64(uint32(clusters[i])))
		before = r
	}
	return b
}

var errDamaged = errors.New("registry: a chunk of labels is damaged")

// decodeChunk reads what encodeChunk writes, and refuses what it never writes.
func decodeChunk(b []byte) (rows []int64, clusters []int32, err error) {
	bad := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad = true
			return 0
		}
		b = b[n:]
		return v
	}
	count := next()
	row, n := binary.Varint(b)
	if bad || n <= 0 || count > uint64(len(b)) {
		return nil, nil, errDamaged
	}
	b = b[n:]
	rows, clusters = make([]int64, count), make([]int32, count)
	for i := range rows {
		before, step := row, next()
		row += int64(step)
		c := next()
		if bad || c > math.MaxInt32 || i > 0 && row <= before || i == 0 && step != 0 {
			return nil, nil, errDamaged
		}
		rows[i], clusters[i] = row, int32(c)
	}
	if len(b) > 0 {
		return nil, nil, errDamaged
	}
	return rows, clusters, nil
}

// Labels reads the clusters of a model's rows. It is for one goroutine, and
// quickest when rows are asked for in the order of their ids.
type Labels struct {
	store  Store
	model  string
	chunks []Chunk

	at       int // the chunk that is decoded; -1 for none
	rows     []int64
	clusters []int32
}

// Labels opens the labels of the owner's model. They hold no row if none were
// put. There is nothing to close.
func (r *Registry) Labels(ctx context.Context, owner, id string) (*Labels, error) {
	chunks, err := r.store.Labels(ctx, owner, id)
	if err != nil {
		return nil, fault.Wrap("registry.Labels", err)
	}
	return &Labels{store: r.store, model: id, chunks: chunks, at: -1}, nil
}

// Of gives the cluster of the row with this id; false if the model was not
// trained on it.
func (l *Labels) Of(ctx context.Context, row int64) (cluster int, ok bool, err error) {
	at := sort.Search(len(l.chunks), func(i int) bool { return l.chunks[i].Last >= row })
	if at == len(l.chunks) || l.chunks[at].First > row {
		return 0, false, nil
	}
	if err := l.decode(ctx, at); err != nil {
		return 0, false, err
	}
	if i, ok := slices.BinarySearch(l.rows, row); ok {
		return int(l.clusters[i]), true, nil
	}
	return 0, false, nil
}

// Each calls fn with each row's id and cluster, in the order of ids, until it
// returns false.
func (l *Labels) Each(ctx context.Context, fn func(row int64, cluster int) bool) error {
	for at := range l.chunks {
		if err := l.decode(ctx, at); err != nil {
			return err
		}
		for i, row := range l.rows {
			if !fn(row, int(l.clusters[i])) {
				return nil
			}
		}
	}
	return nil
}

// Clusters names the dataset that the owner's model was trained on, and how many
// clusters there are; it calls fn with the row id and the cluster of each row, by id.
func (r *Registry) Clusters(ctx context.Context, owner, id string, fn func(row int64, cluster int)) (dataset string, k int, err error) {
	m, err := r.Get(ctx, owner, id)
	if err != nil {
		return "", 0, err
	}
	l, err := r.Labels(ctx, owner, id)
	if err != nil {
		return "", 0, err
	}
	err = l.Each(ctx, func(row int64, cluster int) bool { fn(row, cluster); return true })
	return m.Data.Dataset, len(m.Clusters), err
}

// Rows gives the ids of a window of the rows in a cluster, in the order of ids,
// and how many the cluster has. With a negative cluster the window is of all rows.
func (l *Labels) Rows(ctx context.Context, cluster int, offset int64, limit int) (rows []int64, total int64, err error) {
	err = l.Each(ctx, func(row int64, c int) bool {
		if cluster >= 0 && c != cluster {
			return true
		}
		if total >= offset && len(rows) < limit {
			rows = append(rows, row)
		}
		total++
		return true
	})
	return rows, total, err
}

// Counts gives the number of rows of each of k clusters.
func (l *Labels) Counts(ctx context.Context, k int) ([]int64, error) {
	counts := make([]int64, k)
	err := l.Each(ctx, func(_ int64, c int) bool {
		if c < k {
			counts[c]++
		}
		return true
	})
	return counts, err
}

func (l *Labels) decode(ctx context.Context, at int) error {
	const op = "registry.Labels"
	if l.at == at {
		return nil
	}
	body, err := l.store.LabelChunk(ctx, l.model, l.chunks[at].First)
	if err != nil {
		return fault.Wrap(op, err)
	}
	l.at = -1
	if l.rows, l.clusters, err = decodeChunk(body); err != nil {
		return fault.Wrap(op, err)
	}
	l.at = at
	return nil
}
