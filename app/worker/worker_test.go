package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

// sum adds numbers, and the bytes that came along, and tells each of them.
func sum(c *Call, in []int) (int, error) {
	total := 0
	for _, v := range in {
		if v < 0 {
			return 0, fault.Fieldf("numbers", "%d is below 0.", v)
		}
		if err := c.Tell(v, Part{Bytes: []byte{byte(v)}}); err != nil {
			return 0, err
		}
		total += v
		c.Rest()
	}
	for _, p := range c.Parts {
		if p.File == nil {
			continue
		}
		b, err := io.ReadAll(p.File.Reader(c.Context(), 0, p.File.Size))
		if err != nil {
			return 0, err
		}
		c.Return(Part{Bytes: b})
	}
	return total, nil
}

// hang waits to be canceled, then gives what it has.
func hang(c *Call, keep bool) (string, error) {
	if err := c.Tell("begun"); err != nil {
		return "", err
	}
	<-c.Context().Done()
	if keep {
		return "the best so far", nil
	}
	return "", context.Cause(c.Context())
}

func start(t *testing.T) *Worker {
	t.Helper()
	Handle("test.sum", Func(sum))
	Handle("test.hang", Func(hang))
	Handle("test.panic", Func(func(*Call, int) (int, error) { panic("broken") }))
	w := Start()
	t.Cleanup(w.End)
	return w
}

func TestDo(t *testing.T) {
	w := start(t)
	var told []int
	var beside []byte
	var got int
	content := bytes.Repeat([]byte("0123456789"), piece/8) // more than one piece
	parts, err := w.Do(t.Context(), Request{Method: "test.sum", Params: []int{1, 2, 4}, Parts: []Part{{File: NewFile("a.csv", content)}},
		Tell: func(body []byte, parts []Part) {
			var v int
			if err := json.Unmarshal(body, &v); err != nil {
				t.Error(err)
			}
			told = append(told, v)
			beside = append(beside, parts[0].Bytes...)
		}}, &got)
	if err != nil || got != 7 {
		t.Fatalf("sum = %d, %v, want 7", got, err)
	}
	if len(told) != 3 || told[2] != 4 || !bytes.Equal(beside, []byte{1, 2, 4}) {
		t.Errorf("told %v beside %v, want 1, 2, 4", told, beside)
	}
	if len(parts) != 1 || !bytes.Equal(parts[0].Bytes, content) {
		t.Errorf("the file did not come back whole")
	}
}

func TestDoFails(t *testing.T) {
	w := start(t)
	var e *fault.Error
	_, err := w.Do(t.Context(), Request{Method: "test.sum", Params: []int{1, -2}}, nil)
	if !errors.As(err, &e) || e.Code != fault.Invalid || e.Field != "numbers" || e.Msg != "-2 is below 0." {
		t.Errorf("err = %v, want the handler's own fault", err)
	}
	for _, method := range []string{"test.panic", "test.none"} {
		if _, err := w.Do(t.Context(), Request{Method: method, Params: 1}, nil); fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: err = %v, want an internal one", method, err)
		}
	}
	var got int
	if _, err := w.Do(t.Context(), Request{Method: "test.sum", Params: []int{3}}, &got); err != nil || got != 3 {
		t.Errorf("after a panic: %d, %v, want 3", got, err)
	}
}

func TestCancel(t *testing.T) {
	for _, keep := range []bool{false, true} {
		w := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		var got string
		_, err := w.Do(ctx, Request{Method: "test.hang", Params: keep, Tell: func([]byte, []Part) { cancel() }}, &got)
		if keep && (err != nil || got != "the best so far") {
			t.Errorf("a handler that keeps: %q, %v", got, err)
		}
		if !keep && fault.CodeOf(err) != fault.Canceled {
			t.Errorf("err = %v, want canceled", err)
		}
	}
}

func TestEnd(t *testing.T) {
	w := start(t)
	_, err := w.Do(t.Context(), Request{Method: "test.hang", Params: false, Tell: func([]byte, []Part) { w.End() }}, nil)
	if fault.CodeOf(err) != fault.Canceled {
		t.Errorf("a call at work: err = %v, want canceled", err)
	}
	if _, err := w.Do(t.Context(), Request{Method: "test.sum", Params: []int{1}}, nil); fault.CodeOf(err) != fault.Canceled {
		t.Errorf("a call after the end: err = %v, want canceled", err)
	}
	w.End()
	(*Worker)(nil).End()
}

func TestFailure(t *testing.T) {
	before := &fault.Error{Code: fault.TooLarge, Msg: "Too long.", Field: "k", Line: 7, Op: "a.b", Err: errors.New("cause")}
	var f failure
	if err := json.Unmarshal(failureOf(before), &f); err != nil {
		t.Fatal(err)
	}
	var e *fault.Error
	if !errors.As(f.fault(), &e) || e.Code != before.Code || e.Msg != before.Msg || e.Field != before.Field || e.Line != before.Line {
		t.Errorf("fault = %v, want %v", e, before)
	}
}
