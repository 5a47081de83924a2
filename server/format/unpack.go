package format

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
	zipMagic  = "PK\x03\x04"
	zipEmpty  = "PK\x05\x06"
)

// packing says how a file is packed by its first bytes: "" if it is not.
func packing(head []byte) string {
	for magic, kind := range map[string]string{gzipMagic: "gzip", zstdMagic: "zstd", zipMagic: "zip", zipEmpty: "zip"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return kind
		}
	}
	return ""
}

// unpack puts what is packed in the file at path in its place and says how it was
// packed: "" if it was not. It stops at limit bytes, unless limit is 0: a few
// packed bytes can be very many.
func unpack(ctx context.Context, path string, limit int64) (kind string, err error) {
	head, err := headOf(path)
	if err != nil {
		return "", err
	}
	if kind = packing(head); kind == "" {
		return "", nil
	}
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	src, err := unpacker(kind, in)
	if err != nil {
		return kind, err
	}
	defer src.Close()
	whole := path + ".unpacked"
	out, err := os.Create(whole)
	if err != nil {
		return kind, err
	}
	if err = errors.Join(copyUnpacked(reader{ctx, src}, out, kind, limit), out.Close()); err != nil {
		return kind, errors.Join(err, os.Remove(whole))
	}
	if head, err = headOf(whole); err == nil && packing(head) != "" {
		err = fault.Newf(fault.Invalid, "The file is packed twice, with %s and with %s. Unpack it once, then try again.", kind, packing(head))
	}
	if err != nil {
		return kind, errors.Join(err, os.Remove(whole))
	}
	return kind, os.Rename(whole, path)
}

// unpacker reads what is packed in a file. The caller closes it.
func unpacker(kind string, in *os.File) (io.ReadCloser, error) {
	switch kind {
	case "gzip":
		r, err := gzip.NewReader(in)
		if err != nil {
			return nil, brokenPack(kind, err)
		}
		return r, nil
	case "zstd":
		// The window is what a frame may make a decoder remember.
		r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, brokenPack(kind, err)
		}
		return r.IOReadCloser(), nil
	}
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(in, info.Size())
	if err != nil {
		return nil, brokenPack(kind, err)
	}
	var tables []*zip.File
	for _, f := range z.File {
		switch base := path.Base(f.Name); {
		case f.Name == "[Content_Types].xml" || f.Name == "mimetype":
			return nil, fault.Newf(fault.Invalid, "The file is a spreadsheet or another office document. Export the table as CSV, then try again.")
		case f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(base, "."):
		default:
			tables = append(tables, f)
		}
	}
	switch len(tables) {
	case 0:
		return nil, fault.Newf(fault.Invalid, "The zip archive has no file in it.")
	case 1:
	default:
		return nil, fault.Newf(fault.Invalid, "The zip archive has %d files, %q and %q among them. Pack one table alone, or upload each by itself.", len(tables), tables[0].Name, tables[1].Name)
	}
	if tables[0].Flags&1 != 0 {
		return nil, fault.Newf(fault.Invalid, "The zip archive is locked with a password. Pack it without one.")
	}
	r, err := tables[0].Open()
	if err != nil {
		return nil, brokenPack(kind, err)
	}
	return r, nil
}

func copyUnpacked(src io.Reader, out io.Writer, kind string, limit int64) error {
	buf := make([]byte, 256<<10)
	for n := int64(0); ; {
		k, rerr := src.Read(buf)
		n += int64(k)
		if limit > 0 && n > limit {
			return fault.Newf(fault.TooLarge, "Unpacked, the file has more than the limit of %d MB. Split it, or ask whoever runs this server to raise --upload-limit.", limit/1e6)
		}
		if _, err := out.Write(buf[:k]); err != nil {
			return err
		}
		switch {
		case rerr == io.EOF:
			return nil
		case errors.Is(rerr, context.Canceled) || errors.Is(rerr, context.DeadlineExceeded):
			return rerr
		case rerr != nil:
			return brokenPack(kind, rerr)
		}
	}
}

func brokenPack(kind string, cause error) error {
	if _, ok := errors.AsType[*os.PathError](cause); ok {
		return cause // the disk, not the file
	}
	return &fault.Error{Code: fault.Invalid, Op: "format.unpack", Err: cause,
		Msg: fmt.Sprintf("The file is packed with %s, but damaged or cut off, so it can't be unpacked. Pack or send it again.", kind)}
}
