package duck

import (
	"errors"
	"fmt"
	"strings"

	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/fault"
)

// words puts what DuckDB has against a query into the user's words, and points
// at the place if it is in a text of the user's.
func words(q text, err error) error {
	f, ok := errors.AsType[*sandbox.Failure](err)
	if _, said := errors.AsType[*fault.Error](err); said || !ok {
		return err
	}
	e := &fault.Error{Code: fault.Invalid, Msg: say(f), Op: "duck.run", Err: f}
	if p, in, ok := q.find(f.Position); ok {
		e.Field = p.field
		e.Line, e.Column = place(p.s, in)
	} else if p, ok := q.only(); ok {
		e.Field = p.field
	}
	switch f.Type {
	case "INTERNAL", "FATAL", "Serialization", "Permission":
		if f.Type != "Permission" {
			e.Code, e.Msg = fault.Internal, "The table engine stumbled over this query. Write it another way."
		}
	case "Parser", "Binder", "Catalog", "Conversion", "Invalid Input", "Out of Range", "Not implemented", "Divide by Zero", "Mismatch Type", "Decimal",
		"Constraint", "Parameter Not Resolved", "Expression", "Invalid", "Syntax", "Missing Extension", "Extension Autoloading", "Sequence":
	default: // IO and the like is not the query's fault
		e.Code, e.Msg = fault.Internal, "Something went wrong on our side."
	}
	return e
}

// only gives the user's piece if there is one and no other.
func (t text) only() (piece, bool) {
	var found piece
	for _, p := range t {
		if p.field == "" {
			continue
		}
		if found.field != "" {
			return piece{}, false
		}
		found = p
	}
	return found, found.field != ""
}

func say(f *sandbox.Failure) string {
	closest, _, _ := strings.Cut(f.Closest, ",")
	hint := ""
	if closest = strings.Trim(closest, ` "`); closest != "" {
		hint = fmt.Sprintf(" Did you mean %q?", closest)
	}
	first, _, _ := strings.Cut(f.Message, "\n")
	switch {
	case f.Type == "Permission":
		return "A query reads your datasets and nothing else: no files, no network, no settings."
	case f.Subtype == "COLUMN_NOT_FOUND" && f.Name != "":
		return fmt.Sprintf("There is no column %q here.%s", f.Name, hint)
	case f.Subtype == "MISSING_ENTRY" && strings.Contains(f.Message, "Function"):
		return fmt.Sprintf("There is no function %s().%s", f.Name, hint)
	case f.Subtype == "MISSING_ENTRY" && f.Name != "":
		return fmt.Sprintf("There is no %q here.%s", f.Name, hint)
	case strings.Contains(f.Message, perRow) && strings.Contains(f.Message, "GROUP BY"):
		return "An aggregate, such as sum(), makes one value of all rows, and this step works row by row. Use reduce or groupBy."
	case strings.Contains(f.Message, "GROUP BY") && strings.Contains(f.Message, "must appear"):
		return capital(first) + " Put it into an aggregate, such as sum() or any_value()."
	}
	return capital(first)
}
