package page

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// placed gives an error's words with the line and the column that it is about,
// unless the words name them themselves.
func placed(err error) string {
	text := fault.Message(err)
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Line == 0 || strings.Contains(strings.ToLower(text), fmt.Sprintf("line %d", e.Line)) {
		return text
	}
	if e.Column > 0 && !strings.Contains(strings.ToLower(text), "column") {
		return fmt.Sprintf("Line %d, column %d: %s", e.Line, e.Column, text)
	}
	return fmt.Sprintf("Line %d: %s", e.Line, text)
}

// capital writes the first letter large.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// changeWords tells what made a version, as "Row 12 deleted, version 5".
func changeWords(set wire.Dataset) string {
	return fmt.Sprintf("%s, version %d", capital(set.Change), set.Version)
}

// versionWords is one line of the list of versions.
func versionWords(set wire.Dataset, now time.Time) string {
	return fmt.Sprintf("Version %d: %s, %s", set.Version, set.Change, ui.Ago(set.Updated, now))
}

// olderWords says that what is shown is not the newest.
func olderWords(set wire.Dataset) string {
	return fmt.Sprintf("This is version %d of %d: it can be read, but not changed.", set.Version, set.Newest)
}

// sizeWords tells how large a table is.
func sizeWords(set wire.Dataset) string {
	return fmt.Sprintf("%s, %s", manyRows(set.Rows), count(len(set.Schema), "column", "columns"))
}

// manyRows writes a number of rows in full.
func manyRows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return ui.Whole(n) + " rows"
}

// hints gives one line for each column: what it is read as, what for, and what lacks.
func hints(set wire.Dataset) []string {
	out := make([]string, len(set.Schema))
	for i, c := range set.Schema {
		words := []string{string(c.Kind)}
		if c.Role != table.Feature {
			words = append(words, string(c.Role))
		}
		if c.Missing > 0 && set.Rows > 0 {
			words = append(words, ui.Share(float64(c.Missing)/float64(set.Rows))+" missing")
		}
		out[i] = strings.Join(words, ", ")
	}
	return out
}

// columnFacts tells what is known of a column's values.
func columnFacts(c table.Column) string {
	var words []string
	switch {
	case c.Kind == table.Number && c.Min != nil && c.Max != nil:
		words = append(words, ui.Num(*c.Min)+" to "+ui.Num(*c.Max))
	case c.Kind == table.Number:
		words = append(words, "no numbers")
	case c.Distinct > table.MaxLevels:
		words = append(words, fmt.Sprintf("more than %s different", ui.Whole(table.MaxLevels)))
	default:
		words = append(words, ui.Whole(c.Distinct)+" different")
	}
	if c.Missing > 0 {
		return strings.Join(append(words, ui.Whole(c.Missing)+" missing"), ", ")
	}
	return strings.Join(append(words, "none missing"), ", ")
}

// deleteWords tells what goes with a dataset and what stays.
func deleteWords(set wire.Dataset) string {
	what := "Its " + manyRows(set.Rows)
	if set.Newest > 1 {
		what += fmt.Sprintf(" and all %d versions", set.Newest)
	}
	verb := " go"
	if set.Rows == 1 && set.Newest == 1 {
		verb = " goes"
	}
	return what + verb + " for good. Models that were trained on it stay and go on predicting, but their rows can't be shown any more."
}

// nameLimit is the longest name of a dataset, in bytes.
const nameLimit = 200

// nameOf checks a dataset's name.
func nameOf(text string) (string, error) {
	name := strings.TrimSpace(text)
	switch {
	case name == "":
		return "", fault.Fieldf("name", "Give it a name.")
	case len(name) > nameLimit:
		return "", fault.Fieldf("name", "The name has %d bytes, want at most %d.", len(name), nameLimit)
	}
	return name, nil
}
