//go:build unix && !noasm

package kernel

import (
	"fmt"
	"testing"
)

// Each row's time for a label by float32 with neither proof nor distance, to measure
// BenchmarkAssign by. The ceiling is one panel and one tile in the first-level cache,
// where next to nothing but products takes time.
func BenchmarkFloat32(b *testing.B) {
	for _, im := range tested {
		if !im.ok {
			continue
		}
		run := func(name string, shape [3]int, ceiling bool) {
			d, k := shape[1], shape[2]
			n := benchRows(shape)
			rows, cs := blobs(n, d, k, max(1, shape[0]/k))
			c := im.pack(nil, cs, k, d)
			q, ok := c.quick.(*certified)
			if !ok {
				return
			}
			s := newScratch()
			room := s.room(q.width, d, chunk)
			label := func(rows []float32, panels int) {
				q.vector.assign(&s.panels[0], panels, d, &q.packed[0], &q.tiles[0], &s.threshold[0], &s.label[0], &s.doubt[0], &s.gap[0], &s.best[0], next(rows))
			}
			b.Run(name+im.name, func(b *testing.B) {
				if ceiling {
					q.load(s, rows[:q.width*d], d)
					rate(b, q.width, d, k, func() { label(rows[:0], 1) })
					return
				}
				rate(b, n, d, k, func() {
					for lo := 0; lo < n; lo += room {
						part := rows[lo*d : min(lo+room, n)*d]
						panels := q.load(s, part, d)
						label(part, panels)
					}
				})
			})
		}
		run("ceiling/d=192/k=12/", [3]int{32, 192, 12}, true)
		for _, g := range goals {
			run(fmt.Sprintf("n=%d/d=%d/k=%d/", g[0], g[1], g[2]), g, false)
		}
	}
}
