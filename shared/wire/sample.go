package wire

import (
	"encoding/binary"
	"math"

	"github.com/centroid-studio/centroid/shared/fault"
)

// SampleColumns is SampleRows column by column: a page reads it in a tenth of the time.
type SampleColumns struct {
	Of      int64          `json:"of"`  // rows in all
	IDs     []byte         `json:"ids"` // of the rows, as float64, little-endian
	Columns []SampleColumn `json:"columns"`

	Chosen string `json:"chosen,omitempty"` // how many rows these are, and how they were chosen, in words
}

// SampleColumn is a column of a sample: numbers, or texts as levels and codes.
type SampleColumn struct {
	Name    string   `json:"name"`
	Numbers []byte   `json:"numbers,omitempty"` // float64, little-endian; NaN is missing
	Levels  []string `json:"levels,omitempty"`  // in the order of their coming
	Codes   []byte   `json:"codes,omitempty"`   // places in Levels as float64, little-endian; NaN is missing
}

// ByColumn turns rows into columns. One that has neither numbers nor texts is of numbers.
func (s SampleRows) ByColumn() SampleColumns {
	out := SampleColumns{Of: s.Of, Chosen: s.Chosen, IDs: []byte{}, Columns: make([]SampleColumn, len(s.Columns))}
	for _, r := range s.Rows {
		out.IDs = appendFloat(out.IDs, float64(r.ID))
	}
	for j, name := range s.Columns {
		c := SampleColumn{Name: name}
		at := map[string]int{}
		for i, r := range s.Rows {
			v := math.NaN()
			if j < len(r.Cells) {
				switch cell := r.Cells[j]; {
				case cell.Number != nil:
					v = *cell.Number
				case cell.Text != nil:
					code, ok := at[*cell.Text]
					if !ok {
						code = len(c.Levels)
						at[*cell.Text] = code
						c.Levels = append(c.Levels, *cell.Text)
					}
					if v = float64(code); c.Codes == nil { // those before were missing
						c.Codes, c.Numbers = c.Numbers, nil
						if i == 0 {
							c.Codes = []byte{}
						}
					}
				}
			}
			if c.Codes != nil {
				c.Codes = appendFloat(c.Codes, v)
			} else {
				c.Numbers = appendFloat(c.Numbers, v)
			}
		}
		out.Columns[j] = c
	}
	return out
}

func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// Floats reads what IDs, Numbers and Codes have; want is how many, below 0 for any number.
func Floats(b []byte, want int) ([]float64, error) {
	if len(b)%8 != 0 || want >= 0 && len(b) != 8*want {
		return nil, fault.Newf(fault.Internal, "The server's answer can't be read. Reload the page.")
	}
	out := make([]float64, len(b)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return out, nil
}
