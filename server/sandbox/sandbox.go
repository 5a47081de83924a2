// Package sandbox runs one query a process, in a DuckDB that reads the files it
// is given and nothing else. A process can be ended at any moment and can't take
// more memory than it may, whatever DuckDB thinks of the query: in the server's
// own process, a single call such as repeat('x', 2000000000) ignores both limits.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Options is what a Box works with. Command and Dir must be set.
type Options struct {
	Command   []string      // starts a process that calls Serve
	Dir       string        // of what queries spill to disk; it exists, and is emptied by New
	Memory    int64         // bytes of a query's tables; 0 means 512 MB
	Spill     int64         // bytes that a query may spill to disk; 0 means 4 GB
	Output    int64         // bytes that an answer may have; 0 means 4 GB
	Time      time.Duration // of a query; 0 means 30 s
	Threads   int           // of a query; 0 means 2
	Processes int           // at the same time; 0 means 2. More queries wait, in turns of their owners
}

// Box runs queries. Several goroutines may use it.
type Box struct {
	o    Options
	line *line
}

// New makes a Box.
func New(o Options) (*Box, error) {
	o.Memory, o.Spill, o.Output = or(o.Memory, 512<<20), or(o.Spill, 4<<30), or(o.Output, 4<<30)
	o.Time, o.Threads, o.Processes = or(o.Time, 30*time.Second), or(o.Threads, 2), or(o.Processes, 2)
	if err := os.RemoveAll(o.Dir); err != nil {
		return nil, fault.Wrap("sandbox.New", err)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap("sandbox.New", err)
	}
	return &Box{o: o, line: newLine(o.Processes)}, nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Table is rows that a query may name.
type Table struct {
	Name  string   // in the query
	SQL   string   // gives the rows; it is ours, not the user's
	Files []string // that SQL reads
}

// Job is a query and all that it may read.
type Job struct {
	Tables []Table
	Query  string // one SELECT
	Limit  int64  // rows of the answer; 0 means all

	Owner string `json:"-"` // whose turn it is; see Queue. Without one it may take all processes

	Describe bool // only tell the columns, and leave out as it is

	// Inputs are files that have no name: a table's SQL reads Input(i).
	Inputs []*os.File `json:"-"`
}

// Input is the path under which a query's process reads file i of Job.Inputs.
func Input(i int) string { return fmt.Sprintf("/proc/self/fd/%d", firstInput+i) }

const (
	outputFile = 3 // of the process; 0 to 2 are the usual
	firstInput = 4
)

// Column is a column of an answer.
type Column struct {
	Name string
	Type string // as SQL writes it
}

// Failure is what DuckDB has against a query.
type Failure struct {
	Type     string // DuckDB's: "Binder", "Conversion" and so on
	Subtype  string // "COLUMN_NOT_FOUND" and so on; may be empty
	Message  string
	Name     string // what was not found
	Closest  string // names that are there, separated by commas
	Position int    // byte of the query; -1 if it has none
}

// Error is for the log.
func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// reply is what the process says when it is done.
type reply struct {
	Columns []Column
	Failure *Failure `json:",omitempty"`
}

// task is what the process is told.
type task struct {
	Job
	Memory, Spill, Output int64
	Threads               int
	Files                 int // how many inputs there are
	Dir                   string
}

// Run runs the job's query and writes the rows into out as Parquet. The columns
// are called c0, c1 and so on, and are DOUBLE, BIGINT or VARCHAR. What DuckDB
// finds wrong is a *Failure; a query over a limit is fault.TooLarge.
func (b *Box) Run(ctx context.Context, j Job, out *os.File) ([]Column, error) {
	const op = "sandbox.Run"
	leave, err := b.line.enter(ctx, j.Owner)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	defer leave()
	dir, err := os.MkdirTemp(b.o.Dir, "query-")
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	columns, err := b.run(ctx, task{Job: j, Memory: b.o.Memory, Spill: b.o.Spill, Output: b.o.Output, Threads: b.o.Threads, Files: len(j.Inputs), Dir: dir}, out)
	return columns, errors.Join(err, fault.Wrap(op, os.RemoveAll(dir)))
}

// Queue tells where the queries of an owner are.
func (b *Box) Queue(owner string) Queue { return b.line.queue(owner) }

func (b *Box) run(ctx context.Context, t task, out *os.File) ([]Column, error) {
	const op = "sandbox.Run"
	slow := fault.Newf(fault.TooLarge, "The query took longer than the %v that a query may take. Ask for less: fewer rows or columns, or a join with a condition.", b.o.Time)
	ctx, cancel := context.WithTimeoutCause(ctx, b.o.Time, slow)
	defer cancel()
	said, log, err := b.start(ctx, t, out)
	var r reply
	switch {
	case ctx.Err() != nil:
		if errors.Is(context.Cause(ctx), context.Canceled) {
			return nil, fault.Wrap(op, &fault.Error{Code: fault.Canceled, Msg: "The query was canceled.", Err: context.Canceled})
		}
		return nil, fault.Wrap(op, context.Cause(ctx))
	case json.Unmarshal(said, &r) != nil || r.Columns == nil && r.Failure == nil:
		if err == nil {
			err = fmt.Errorf("sandbox: the process said %.100q", said)
		}
		if _, died := errors.AsType[*exec.ExitError](err); !died {
			return nil, fault.Wrap(op, err) // it did not even start
		}
		return nil, b.tooLarge(fmt.Errorf("%w: %s", err, log))
	case r.Failure != nil && (r.Failure.Type == "Out of Memory" || strings.Contains(r.Failure.Message, "bad_alloc")):
		return nil, b.tooLarge(r.Failure)
	case r.Failure != nil && r.Failure.Type == "IO" && strings.Contains(r.Failure.Message, "File too large"):
		return nil, &fault.Error{Code: fault.TooLarge, Op: op, Err: r.Failure, Msg: fmt.Sprintf("The answer has more than the %d MB that it may have. Ask for fewer rows or columns.", b.o.Output>>20)}
	case r.Failure != nil:
		return nil, r.Failure
	}
	return r.Columns, fault.Wrap(op, err)
}

func (b *Box) tooLarge(cause error) error {
	return &fault.Error{Code: fault.TooLarge, Op: "sandbox.Run", Err: cause,
		Msg: fmt.Sprintf("The query needs more memory than the %d MB that a query may use. Ask for fewer rows or columns, or for an aggregate.", b.o.Memory>>20)}
}

// start starts a process and waits for its end. log is the end of what it said of its troubles.
func (b *Box) start(ctx context.Context, t task, out *os.File) (said, log []byte, err error) {
	told, err := json.Marshal(t)
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, b.o.Command[0], b.o.Command[1:]...)
	cmd.Env = []string{} // nothing of ours is theirs
	cmd.ExtraFiles = append([]*os.File{out}, t.Inputs...)
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is ours to hear: it ends the process by way of ctx
	var stdout bytes.Buffer
	stderr := tail{most: 4096}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// The process ends when its input does, so that it does not outlive this one.
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	_, werr := in.Write(told)
	err = cmd.Wait() // it closes in
	if err == nil && werr != nil {
		err = werr
	}
	return stdout.Bytes(), stderr.b, err
}

// tail keeps the last bytes that it is given.
type tail struct {
	b    []byte
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-t.most):]
	return len(p), nil
}

var _ io.Writer = (*tail)(nil)

// Scratch makes a file without a name, in memory, for an answer of few rows.
// The caller closes it, and it is gone.
func Scratch() (*os.File, error) {
	fd, err := unix.MemfdCreate("rows", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fault.Wrap("sandbox.Scratch", os.NewSyscallError("memfd_create", err))
	}
	return os.NewFile(uintptr(fd), "rows"), nil
}

// ScratchOnDisk makes a file without a name for an answer of many rows. The
// caller closes it, and it is gone.
func (b *Box) ScratchOnDisk() (*os.File, error) {
	f, err := os.CreateTemp(b.o.Dir, "rows-")
	if err == nil {
		err = os.Remove(f.Name())
	}
	return f, fault.Wrap("sandbox.ScratchOnDisk", err)
}
