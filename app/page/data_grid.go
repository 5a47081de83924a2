package page

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// rowsView is which rows of the dataset are shown, in which order, and how its
// columns are arranged. Its zero value is all of it as it is.
type rowsView struct {
	Sort    string
	Desc    bool
	Filters wire.Filters
	Search  string
	Look    ui.GridLook

	heads   []ui.GridHead // of headsOf
	headsOf string        // version and filters that were asked for last
}

// key names what is shown of a version: another one begins at its top.
func (v *rowsView) key() string {
	return fmt.Sprintf("%q%t%s%q", v.Sort, v.Desc, v.Filters, v.Search)
}

// plain reports whether all rows are shown, in the file's order.
func (v *rowsView) plain() bool { return v.Sort == "" && len(v.Filters) == 0 && v.Search == "" }

// fit takes out of the view what a version with other columns has not.
func (v *rowsView) fit(schema table.Schema) {
	if schema.Index(v.Sort) < 0 {
		v.Sort, v.Desc = "", false
	}
	var kept wire.Filters
	for _, f := range v.Filters {
		if f.Check(schema) == nil {
			kept = append(kept, f)
		}
	}
	v.Filters = kept
}

// fetch gives the function that asks for the rows of a version.
func fetch(set wire.Dataset, v rowsView) func(offset int64, limit int) (wire.Rows, error) {
	return func(offset int64, limit int) (wire.Rows, error) {
		q := url.Values{"offset": {strconv.FormatInt(offset, 10)}, "limit": {strconv.Itoa(limit)}, "version": {strconv.Itoa(set.Version)}}
		if v.Sort != "" {
			q.Set("sort", v.Sort)
			q.Set("desc", strconv.FormatBool(v.Desc))
		}
		if len(v.Filters) > 0 {
			q.Set("filter", v.Filters.String())
		}
		if v.Search != "" {
			q.Set("search", v.Search)
		}
		var rows wire.Rows
		err := client.Get().Do("GET", "datasets/"+url.PathEscape(set.ID)+"/rows?"+q.Encode(), nil, &rows)
		return rows, err
	}
}

// grid draws the rows.
func (d *Data) grid() *ui.Grid {
	set, state := *d.set, d.set.ID
	if d.older() {
		state += "/" + strconv.Itoa(set.Version)
	}
	return &ui.Grid{
		ID: "rows", Label: "Rows of " + set.Name + ", version " + strconv.Itoa(set.Version),
		Key: state + "?" + d.view.key(), Stamp: set.Version,
		Columns: set.Schema, Hints: hints(set), Heads: d.view.heads, Rows: set.Rows, Goto: d.at,
		Sort: d.view.Sort, Desc: d.view.Desc, Filters: d.view.Filters, Search: d.view.Search, Look: d.view.Look,
		ReadOnly: d.older(), Fetch: fetch(set, d.view), Check: d.check,
		OnSort: d.onSort, OnFilter: d.onRowFilter, OnSearch: d.onRowSearch, OnLook: d.onLook,
		OnEdit: d.onCell, OnPaste: d.onBlock, OnUndo: d.onUndo, OnRedo: d.onRedo,
		OnAdd: d.onAdd, OnChange: d.onChange, OnDelete: d.onDeleteRows,
	}
}

func (d *Data) onSort(ctx app.Context, column string, desc bool) {
	d.view.Sort, d.view.Desc = column, desc
	ui.Say(ctx, ui.OrderWords(column, desc))
}

func (d *Data) onRowFilter(ctx app.Context, filters wire.Filters) {
	d.view.Filters = filters
	d.askHeads()
	if len(filters) == 0 {
		ui.Say(ctx, "No filter")
		return
	}
	ui.Say(ctx, "Filtered: "+ui.FilterWords(filters[len(filters)-1]))
}

func (d *Data) onRowSearch(_ app.Context, text string) { d.view.Search = text }

// lookKey is where the browser keeps how a dataset's columns are arranged.
func lookKey(dataset string) string { return "/centroid/look/" + dataset }

// onLook arranges the columns, and keeps that in this browser.
func (d *Data) onLook(ctx app.Context, look ui.GridLook) {
	d.view.Look = look
	if d.set == nil {
		return
	}
	if look.Zero() {
		ctx.LocalStorage().Del(lookKey(d.set.ID))
		return
	}
	if err := ctx.LocalStorage().Set(lookKey(d.set.ID), look); err != nil {
		ui.Toast(ctx, "bad", "The browser could not keep how the columns are arranged: it holds until you leave this page.")
	}
}

// viewOf begins a dataset's view: all rows, or those that the address names by a
// filter, its columns as they were arranged last.
func viewOf(ctx app.Context, dataset string) (v rowsView) {
	if err := ctx.LocalStorage().Get(lookKey(dataset), &v.Look); err != nil {
		v.Look = ui.GridLook{} // of another version of the program: as at first
	}
	if at := fragment(ctx); at.Get("dataset") == dataset {
		if filters, err := wire.ParseFilters(at.Get("filter")); err == nil {
			v.Filters = filters
		}
	}
	return v
}

// headBins is how many bars a head has for a column of numbers.
const headBins = 24

// fitView makes the view one of the version that is shown now.
func (d *Data) fitView() {
	if d.set != nil {
		d.view.fit(d.set.Schema)
		d.askHeads()
	}
}

// askHeads asks for the pictures in the columns' heads, of the rows that fit,
// if others are shown by now.
func (d *Data) askHeads() {
	set := *d.set
	key := set.ID + "/" + strconv.Itoa(set.Version) + d.view.Filters.String()
	if key == d.view.headsOf || len(set.Schema) > headsMost {
		return
	}
	d.view.headsOf = key
	brush := wire.Brush{Version: set.Version, Filter: d.view.Filters, Bins: headBins}
	ctx := d.ctx
	ctx.Async(func() {
		var counts wire.Brushed
		err := client.Get().Do("POST", "datasets/"+url.PathEscape(set.ID)+"/brush", brush, &counts)
		ctx.Dispatch(func(app.Context) {
			if key != d.view.headsOf || err != nil {
				return // the heads do without: the rows tell what is wrong with the server
			}
			d.view.heads = headsOf(counts, len(set.Schema))
		})
	})
}

// headsMost is the most columns that have pictures in their heads.
const headsMost = 200

// headLevels is how many levels of a category have a bar.
const headLevels = 24

// headsOf gives the pictures of n columns.
func headsOf(counts wire.Brushed, n int) []ui.GridHead {
	out := make([]ui.GridHead, n)
	for i, c := range counts.Columns {
		if i >= n {
			break
		}
		if c.Kind == table.Number {
			out[i].Bars = c.Bins
			continue
		}
		out[i].Levels = c.Top
		if c.Kind == table.Category {
			for _, l := range c.Top[:min(len(c.Top), headLevels)] {
				out[i].Bars = append(out[i].Bars, l.Rows)
			}
		}
	}
	return out
}

// edits sends changes of many rows, which become one version.
func (d *Data) edits(e wire.RowEdits) {
	d.sendEdits(d.set.ID, e, func(ctx app.Context, made wire.RowsChange, err error) {
		if d.edited(ctx, made, err) {
			ui.Toast(ctx, "good", changeWords(made.Dataset))
		}
	})
}

// onBlock writes a block that was pasted; rows beyond the table's end are added.
func (d *Data) onBlock(ctx app.Context, block ui.GridBlock) {
	e, err := editsOf(d.set.Schema, block)
	if err == nil && len(e.Add) > 0 && !d.view.plain() {
		err = fault.Newf(fault.Invalid, "The block is longer than what is shown from here on. Show all rows in the file's order to add rows by pasting.")
	}
	if err != nil {
		ui.Toast(ctx, "bad", fault.Message(err)+" Nothing was pasted.")
		return
	}
	e.Seen = d.set.Version
	d.edits(e)
}

// editsOf reads a block as changes of cells, and says which text can't be one.
func editsOf(schema table.Schema, block ui.GridBlock) (wire.RowEdits, error) {
	var e wire.RowEdits
	for i, texts := range block.Texts {
		row := wire.RowWrite{Cells: make([]table.Cell, len(schema))}
		for j, text := range texts {
			c := schema[block.Columns[j]]
			cell, err := cellOf(c, text)
			if err != nil {
				return wire.RowEdits{}, fault.Newf(fault.Invalid, "Line %d of the block: %s", i+1, fault.Message(err))
			}
			if i < len(block.Rows) {
				e.Cells = append(e.Cells, wire.CellEdit{Row: block.Rows[i].ID, Column: c.Name, Cell: cell})
			} else {
				row.Cells[block.Columns[j]] = cell
			}
		}
		if i >= len(block.Rows) {
			if !anyValue(row.Cells) {
				return wire.RowEdits{}, fault.Newf(fault.Invalid, "Line %d of the block is beyond the end of the table and has no value.", i+1)
			}
			e.Add = append(e.Add, row)
		}
	}
	if len(e.Cells) > cellsMost {
		return wire.RowEdits{}, fault.Newf(fault.TooLarge, "The block has %s cells, want at most %s at once.", ui.Whole(int64(len(e.Cells))), ui.Whole(cellsMost))
	}
	return e, nil
}

// cellsMost is the most cells that the server changes at once.
const cellsMost = 100_000

// onDeleteRows asks, then removes rows.
func (d *Data) onDeleteRows(_ app.Context, rows []int64) {
	set := *d.set
	yes, them := "Delete "+manyRows(int64(len(rows))), "them"
	title := yes + "?"
	if len(rows) == 1 {
		title, yes, them = fmt.Sprintf("Delete row %d?", rows[0]), "Delete row", "it"
	}
	ui.Confirm(d.ctx, ui.Question{
		Title: title,
		Text:  fmt.Sprintf("The next version of %s is without %s. Version %d keeps %s, and undo brings %s back.", set.Name, them, set.Version, them, them),
		Yes:   yes, Bad: true,
		Do: func(app.Context) { d.edits(wire.RowEdits{Seen: set.Version, Delete: rows}) },
	})
}

func (d *Data) onUndo(app.Context) { d.back("undo") }
func (d *Data) onRedo(app.Context) { d.back("redo") }

// back takes the last change back, or makes it again.
func (d *Data) back(which string) {
	if d.set == nil || d.undoing {
		return
	}
	d.undoing = true
	id, ctx := d.set.ID, d.ctx
	ctx.Async(func() {
		var made wire.RowsChange
		err := client.Get().Do("POST", "datasets/"+url.PathEscape(id)+"/"+which, nil, &made)
		ctx.Dispatch(func(ctx app.Context) {
			d.undoing = false
			if err != nil {
				d.failed(ctx, err)
				return
			}
			d.accept(ctx, made.Dataset)
			ui.Toast(ctx, "good", changeWords(made.Dataset))
		})
	})
}
