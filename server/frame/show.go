package frame

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/table"
)

// Show prints the first n rows as a table, as Spark does: texts to the right,
// those of more than width characters cut off. width 0 cuts nothing off.
func (f Frame) Show(ctx context.Context, w io.Writer, n int64, width int) error {
	r, err := f.Rows(ctx, n)
	if err != nil {
		return err
	}
	defer r.Close()
	cells, err := Cells(ctx, r)
	if err != nil {
		return err
	}
	names := make([]string, len(r.Columns()))
	for i, c := range r.Columns() {
		names[i] = c.Name
	}
	return Print(w, names, cells, width, r.Truncated())
}

// Print prints a table as Show does; more says that there are more rows.
func Print(w io.Writer, names []string, cells [][]table.Cell, width int, more bool) error {
	lines := make([][]string, 0, len(cells)+1)
	head := make([]string, len(names))
	for i, name := range names {
		head[i] = shown(name, width)
	}
	lines = append(lines, head)
	for _, row := range cells {
		line := make([]string, len(row))
		for i, c := range row {
			if line[i] = shown(c.String(), width); c.Missing() {
				line[i] = "NULL"
			}
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(names))
	for i := range names {
		widths[i] = 3
		for _, line := range lines {
			widths[i] = max(widths[i], utf8.RuneCountInString(line[i]))
		}
	}
	rule := "+"
	for _, n := range widths {
		rule += strings.Repeat("-", n) + "+"
	}
	out := bufio.NewWriter(w) // keeps its first error for Flush
	out.WriteString(rule + "\n")
	for i, line := range lines {
		out.WriteByte('|')
		for c, s := range line {
			out.WriteString(strings.Repeat(" ", widths[c]-utf8.RuneCountInString(s)) + s + "|")
		}
		out.WriteByte('\n')
		if i == 0 {
			out.WriteString(rule + "\n")
		}
	}
	out.WriteString(rule + "\n")
	if more {
		rows := " rows"
		if len(cells) == 1 {
			rows = " row"
		}
		out.WriteString("only showing top " + strconv.Itoa(len(cells)) + rows + "\n")
	}
	return out.Flush()
}

// shown is a text in one line, at most width characters long.
func shown(s string, width int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); width > 0 && len(r) > width {
		if width < 4 {
			return string(r[:width])
		}
		return string(r[:width-3]) + "..."
	}
	return s
}
