package kmeans

import "github.com/centroid-studio/centroid/shared/kernel"

// Predict gives the nearest centroid of a prepared row, ties to the lowest index,
// and the squared distance to it. The row has centroids.Cols finite values.
func Predict(row []float32, centroids Matrix) (cluster int, squared float64) {
	return kernel.Nearest(row[:centroids.Cols], centroids.Data)
}

// Distances appends the squared distance to each centroid to dst.
func Distances(row []float32, centroids Matrix, dst []float64) []float64 {
	for j := range centroids.Rows {
		dst = append(dst, kernel.SquaredDistance(row[:centroids.Cols], centroids.Row(j)))
	}
	return dst
}
