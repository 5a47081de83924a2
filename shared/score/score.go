// Package score judges a clustering: by itself, against a known class, and
// against clusterings with other numbers of clusters.
package score

import (
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Clustering is rows and the cluster of each: what is judged. Rows may have had
// weights in training; here each counts once. A cluster without rows is not regarded.
type Clustering struct {
	Rows   []float32   // row-major, D values a row, none of them NaN or infinite; only read
	D, K   int         // features, clusters
	Labels []int32     // one a row, 0 to K-1
	Each   kmeans.Each // who does the work; the scores are the same bits whoever it is
}

// row gives row i.
func (c Clustering) row(i int) []float32 { return c.Rows[i*c.D : (i+1)*c.D] }

// sizes counts the rows of each cluster, and the clusters that have some. Nothing is
// there to compare, fault.Invalid, in one cluster, or if each row is one of its own.
func (c Clustering) sizes() (size []int, used int, err error) {
	size = make([]int, c.K)
	for _, l := range c.Labels {
		if size[l]++; size[l] == 1 {
			used++
		}
	}
	if n := len(c.Labels); used < 2 || used == n {
		err = fault.Newf(fault.Invalid, "Clusters can be judged if there are at least 2, and more rows than clusters. Here are %d, of %d rows.", used, n)
	}
	return size, used, err
}
