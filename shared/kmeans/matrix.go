package kmeans

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Matrix is rows of equal length, row-major, in float64. In JSON it is
// {"rows":r,"cols":c,"data":base64 of little-endian float64}, so that no bit is lost.
type Matrix struct {
	Rows, Cols int
	Data       []float64 // Rows * Cols
}

// NewMatrix makes a matrix of zeros.
func NewMatrix(rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Data: make([]float64, rows*cols)}
}

// Row gives row i; it shares memory with m.
func (m Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// Clone copies m.
func (m Matrix) Clone() Matrix {
	return Matrix{m.Rows, m.Cols, append([]float64(nil), m.Data...)}
}

// IsZero reports whether m has no rows; encoding/json leaves it out with omitzero.
func (m Matrix) IsZero() bool { return m.Rows == 0 }

// SquaredBetween gives the squared distance of two points of the same length, summed
// in feature order and never fused: the same bits on every machine.
func SquaredBetween(a, b []float64) float64 {
	s := 0.0
	for t, v := range a {
		e := v - b[t]
		s += float64(e * e)
	}
	return s
}

type matrixJSON struct {
	Rows int    `json:"rows"`
	Cols int    `json:"cols"`
	Data string `json:"data"`
}

// MarshalJSON writes m without losing a bit.
func (m Matrix) MarshalJSON() ([]byte, error) {
	b := make([]byte, 8*len(m.Data))
	for i, v := range m.Data {
		binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(v))
	}
	return json.Marshal(matrixJSON{m.Rows, m.Cols, base64.StdEncoding.EncodeToString(b)})
}

// UnmarshalJSON reads what MarshalJSON writes and refuses what does not fit together.
func (m *Matrix) UnmarshalJSON(b []byte) error {
	var j matrixJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(j.Data)
	if err != nil {
		return fault.Newf(fault.Invalid, "The matrix's data is not base64.")
	}
	if j.Rows < 0 || j.Cols < 0 || len(raw)%8 != 0 || (j.Cols > 0 && j.Rows != len(raw)/8/j.Cols) || j.Rows*j.Cols != len(raw)/8 {
		return fault.Newf(fault.Invalid, "The matrix says %d x %d, but has %d bytes of data.", j.Rows, j.Cols, len(raw))
	}
	m.Rows, m.Cols, m.Data = j.Rows, j.Cols, make([]float64, len(raw)/8)
	for i := range m.Data {
		m.Data[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return nil
}
