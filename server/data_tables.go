package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/fault"
)

// localOwner is who owns the files of a command.
const localOwner = "local"

// localTables is files as tables: Parquet is read where it is, with its own
// types; all else becomes a dataset in a folder that goes with the command.
type localTables struct {
	box  *sandbox.Box
	data *dataset.Service
	ids  map[string]string // of the tables by file
	list []duck.Entry
	here map[string]duck.Table // Parquet files by id

	closers []func() error
}

// openLocal makes tables of files. The caller closes them.
func openLocal(ctx context.Context, dir string, box *sandbox.Box) (t *localTables, err error) {
	t = &localTables{box: box, ids: map[string]string{}, here: map[string]duck.Table{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	meta, err := store.Open(ctx, filepath.Join(dir, "centroid.db"), time.Now)
	if err != nil {
		return t, err
	}
	t.closers = append(t.closers, meta.Close)
	if err := meta.AddUser(ctx, auth.User{ID: localOwner, Name: localOwner, Created: time.Now()}); err != nil {
		return t, err
	}
	t.data, err = dataset.Open(ctx, dataset.Config{Dir: filepath.Join(dir, "dataset"), Meta: meta, UploadLimit: 1 << 50})
	if err == nil {
		t.closers = append(t.closers, t.data.Close)
	}
	return t, err
}

// Close ends the reading.
func (t *localTables) Close() error {
	var err error
	for i := len(t.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, t.closers[i]())
	}
	return err
}

// add makes a table of a file, or of standard input if it is "-", and gives its id.
func (t *localTables) add(ctx context.Context, path string, stdin io.Reader) (id string, err error) {
	if id, ok := t.ids[path]; ok {
		return id, nil
	}
	name, in := "stdin", stdin
	if path != "-" {
		f, err := openFile(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		name, in = tableName(path), f
		head := make([]byte, 4)
		if n, _ := f.ReadAt(head, 0); bytes.Equal(head[:n], []byte("PAR1")) {
			id, err := t.parquet(ctx, path)
			t.list = append(t.list, duck.Entry{ID: id, Name: name})
			t.ids[path] = id
			return id, inFile(path, err)
		}
	}
	d, err := t.data.Ingest(ctx, localOwner, name, "", in)
	if err != nil {
		return "", inFile(path, err)
	}
	t.list = append(t.list, duck.Entry{ID: d.ID, Name: name})
	t.ids[path] = d.ID
	return d.ID, nil
}

// parquet makes a table of a Parquet file.
func (t *localTables) parquet(ctx context.Context, path string) (id string, err error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	read := "SELECT * FROM read_parquet(" + sandbox.Literal(whole) + ")"
	out, err := sandbox.Scratch()
	if err != nil {
		return "", err
	}
	defer out.Close()
	columns, err := t.box.Run(ctx, sandbox.Job{Tables: []sandbox.Table{{Name: "t", SQL: read, Files: []string{whole}}}, Query: "FROM t", Describe: true}, out)
	if f, ok := errors.AsType[*sandbox.Failure](err); ok {
		return "", fault.Newf(fault.Invalid, "This is no Parquet file that can be read: %s", f.Message)
	}
	if err != nil {
		return "", err
	}
	id = fmt.Sprintf("file%d", len(t.list)+1)
	table := duck.Table{ID: id, Name: tableName(path), Version: 1, Files: []string{whole}}
	names := make([]string, len(columns))
	for i, c := range columns {
		table.Columns = append(table.Columns, duck.Column{Name: c.Name, Type: c.Type})
		names[i] = fmt.Sprintf("c%d", i)
	}
	table.SQL = "SELECT * FROM (" + read + ") AS t(" + strings.Join(names, ", ") + ")"
	t.here[id] = table
	return id, nil
}

// List names all tables.
func (t *localTables) List(context.Context) ([]duck.Entry, error) { return t.list, nil }

// Open gives one of them.
func (t *localTables) Open(ctx context.Context, id string, version int) (duck.Table, error) {
	if table, ok := t.here[id]; ok {
		return table, nil
	}
	return duck.Datasets{Service: t.data, Owner: localOwner}.Open(ctx, id, version)
}

// tableName is a file's name without folder and endings.
func tableName(path string) string {
	name := filepath.Base(path)
	for {
		switch end := strings.ToLower(filepath.Ext(name)); end {
		case ".gz", ".zst", ".zip", ".csv", ".tsv", ".txt", ".parquet", ".json", ".ndjson", ".jsonl", ".arrow", ".feather", ".npy":
			if len(name) > len(end) {
				name = name[:len(name)-len(end)]
				continue
			}
		}
		return name
	}
}
