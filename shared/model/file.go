package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// Encode writes the model's file: JSON, the same bytes for the same model.
func Encode(m *Model) ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fault.Wrap("model.Encode", err)
	}
	return append(b, '\n'), nil
}

// Decode reads a model's file and refuses one that can't predict, or whose
// hash is not that of its content.
func Decode(b []byte) (*Model, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	m := new(Model)
	if err := dec.Decode(m); err != nil {
		var later struct {
			Format int `json:"format"`
		}
		if json.Unmarshal(b, &later) == nil && later.Format > Format { // what it holds is not known here
			return nil, formatFault(later.Format)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &fault.Error{Code: fault.Invalid, Op: "model.Decode", Err: err,
				Msg: fmt.Sprintf("This model file is cut off: it ends in the middle, after %d bytes. Save it again where it came from.", len(b))}
		}
		return nil, &fault.Error{Code: fault.Invalid, Op: "model.Decode", Err: err, Msg: "This is not a model file of Centroid: " + err.Error() + "."}
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fault.Newf(fault.Invalid, "The model file goes on after its end.")
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// Validate checks that the parts of m fit together.
func (m *Model) Validate() error {
	if m.Format < 1 || m.Format > Format {
		return formatFault(m.Format)
	}
	if err := m.Prep.Validate(); err != nil {
		return err
	}
	c := m.Centroids
	if c.Rows < 1 || c.Cols != m.Prep.Width() || len(c.Data) != c.Rows*c.Cols {
		return fault.Newf(fault.Invalid, "The model has %d centroids of %d values, want at least 1 of %d.", c.Rows, c.Cols, m.Prep.Width())
	}
	for i, v := range c.Data {
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fault.Newf(fault.Invalid, "Value %d of centroid %d is %v, which can't be.", i%c.Cols, i/c.Cols, v)
		}
	}
	if len(m.Clusters) != c.Rows {
		return fault.Newf(fault.Invalid, "The model describes %d clusters, but has %d centroids.", len(m.Clusters), c.Rows)
	}
	for i, cl := range m.Clusters {
		if len(cl.Center) != len(m.Prep.Columns) {
			return fault.Newf(fault.Invalid, "Cluster %d has %d values, want %d.", i, len(cl.Center), len(m.Prep.Columns))
		}
	}
	if len(m.Inputs) != len(m.Prep.Columns) {
		return fault.Newf(fault.Invalid, "The model has %d inputs, but prepares %d columns.", len(m.Inputs), len(m.Prep.Columns))
	}
	for i, in := range m.Inputs {
		if in.Name != m.Prep.Columns[i].Name {
			return fault.Newf(fault.Invalid, "Input %d is %q, but the preparation has %q there.", i+1, in.Name, m.Prep.Columns[i].Name)
		}
		kind := table.Number
		if m.Prep.Columns[i].Levels != nil {
			kind = table.Category
		}
		if in.Kind != kind || !slices.Equal(in.Levels, m.Prep.Columns[i].Levels) {
			return fault.Newf(fault.Invalid, "Input %d, %q, is a %s with %d levels, but the preparation has a %s with %d there, or others.",
				i+1, in.Name, in.Kind, len(in.Levels), kind, len(m.Prep.Columns[i].Levels))
		}
	}
	if m.Profile != nil {
		if err := m.Profile.validate(m); err != nil {
			return err
		}
	}
	if h := HashOf(m); h != m.Hash {
		return fault.Newf(fault.Invalid, "The model file was changed or cut: its content has the hash %.12s…, it says %.12s….", h, m.Hash)
	}
	return nil
}

func formatFault(format int) error {
	return fault.Newf(fault.Invalid, "The model file has format %d; this program reads the formats 1 to %d. Use a newer program, or train again.", format, Format)
}

// HashOf gives the SHA-256 of what m predicts with, in hex: the preparation as
// JSON with a zero byte, then rows, columns and bits of the centroids, little-endian.
func HashOf(m *Model) string {
	h := sha256.New()
	b, err := json.Marshal(m.Prep)
	if err != nil { // a NaN, which Validate refuses
		return ""
	}
	h.Write(append(b, 0))
	b = binary.LittleEndian.AppendUint64(b[:0], uint64(m.Centroids.Rows))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.Centroids.Cols))
	for _, v := range m.Centroids.Data {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}
