package ui

import "strings"

// WriteTSV writes rows as spreadsheets put them on the clipboard: tabs between
// cells, a line a row; a cell with a tab, a line's end or a quotation mark
// stands in quotation marks, which are doubled in it.
func WriteTSV(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if strings.ContainsAny(cell, "\t\r\n\"") || cell == "" && len(row) == 1 {
				b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
			} else {
				b.WriteString(cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ReadTSV reads what WriteTSV or a spreadsheet has written. Every text can be
// read: a quotation mark that is not a cell's first letter is one, and one that
// is never closed reaches to the end. Rows may have different lengths; an end of
// line at the very end begins no other row.
func ReadTSV(text string) [][]string {
	var rows [][]string
	var row []string
	for text != "" {
		var cell string
		cell, text = readTSVCell(text)
		row = append(row, cell)
		switch {
		case text == "":
		case text[0] == '\t':
			if text = text[1:]; text == "" {
				row = append(row, "") // after the last tab
			}
			continue
		default: // the end of the line
			text = strings.TrimPrefix(strings.TrimPrefix(text, "\r"), "\n")
		}
		rows, row = append(rows, row), nil
	}
	if row != nil {
		rows = append(rows, row)
	}
	return rows
}

// readTSVCell takes a cell off the beginning of a text: what is left begins with
// a tab or the end of the line, or is empty.
func readTSVCell(text string) (cell, rest string) {
	if text[0] == '"' {
		var b strings.Builder
		for in := text[1:]; ; {
			i := strings.IndexByte(in, '"')
			if i < 0 {
				return b.String() + in, ""
			}
			b.WriteString(in[:i])
			if in = in[i+1:]; strings.HasPrefix(in, `"`) {
				b.WriteByte('"')
				in = in[1:]
				continue
			}
			if in == "" || strings.IndexByte("\t\r\n", in[0]) >= 0 {
				return b.String(), in
			}
			break // letters after the end: it was no quoted cell
		}
	}
	if i := strings.IndexAny(text, "\t\r\n"); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}
