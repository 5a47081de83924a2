package ui

import (
	"math"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/table"
)

// gridHead is the elements of one column's head and what they show.
type gridHead struct {
	el, name, hint, bars, path, menu app.Value
	shown                            string // of the bars
}

// The picture in a head is drawn on so many units, and stretched.
const (
	headBars = 100
	headHigh = 24
)

// drawHeads draws the columns' heads with the sort arrows and pictures.
func (p *gridPaint) drawHeads() {
	doc := app.Window().Get("document")
	if !p.head.Get("firstChild").Truthy() {
		row := doc.Call("createElement", "div")
		row.Set("className", "dg-row")
		row.Call("setAttribute", "role", "row")
		row.Call("setAttribute", "aria-rowindex", "1")
		corner := doc.Call("createElement", "div")
		corner.Set("className", "dg-cell dg-rh")
		corner.Call("setAttribute", "role", "columnheader")
		corner.Call("setAttribute", "aria-colindex", "1")
		corner.Set("textContent", "Row")
		corner.Set("title", "Click to mark all rows, or none")
		row.Call("appendChild", corner)
		p.head.Call("appendChild", row)
	}
	row := p.head.Get("firstChild")
	for len(p.heads) > p.count() {
		n := len(p.heads) - 1
		p.heads[n].el.Call("remove")
		p.heads = p.heads[:n]
	}
	for len(p.heads) < p.count() {
		h := newGridHead(doc)
		row.Call("appendChild", h.el)
		p.heads = append(p.heads, h)
	}
	hints := p.g.hints()
	for i := range p.heads {
		h, place := &p.heads[i], p.placeOf(i)
		column := p.g.column(place)
		c := p.g.Columns[column]
		class := "dg-cell dg-h"
		if c.Kind == table.Number {
			class += " num"
		}
		if place < p.held {
			class += " dg-held"
		}
		if p.g.Filters.Of(c.Name) != nil {
			class += " dg-filtered"
		}
		arrow, order := "", "none"
		if p.g.Sort == c.Name {
			if arrow, order = " ↑", "ascending"; p.g.Desc {
				arrow, order = " ↓", "descending"
			}
		}
		h.el.Set("className", class)
		if p.g.OnSort != nil {
			h.el.Set("title", c.Name+": click to sort")
			h.el.Call("setAttribute", "aria-sort", order)
		}
		h.name.Set("textContent", c.Name+arrow)
		h.hint.Set("textContent", hints[column])
		h.menu.Set("hidden", !p.g.hasMenu())
		h.menu.Call("setAttribute", "aria-label", "Filter and arrange "+c.Name)
		h.draw(p.g.head(column))
		p.put(h.el, place)
	}
	p.markHeads()
}

// newGridHead makes a head's elements: its name, a hint, a picture, a button and
// a grip at its edge.
func newGridHead(doc app.Value) gridHead {
	const svg = "http://www.w3.org/2000/svg"
	h := gridHead{el: doc.Call("createElement", "div"), name: doc.Call("createElement", "span"), hint: doc.Call("createElement", "span"),
		bars: doc.Call("createElementNS", svg, "svg"), path: doc.Call("createElementNS", svg, "path"), menu: doc.Call("createElement", "button")}
	h.el.Call("setAttribute", "role", "columnheader")
	h.el.Set("tabIndex", -1)
	h.bars.Call("setAttribute", "viewBox", "0 0 "+strconv.Itoa(headBars)+" "+strconv.Itoa(headHigh))
	h.bars.Call("setAttribute", "preserveAspectRatio", "none")
	h.bars.Call("setAttribute", "aria-hidden", "true")
	h.bars.Call("appendChild", h.path)
	h.menu.Set("type", "button")
	h.menu.Set("className", "dg-menu")
	h.menu.Set("tabIndex", -1) // Alt with the arrow down does the same from the head
	h.menu.Set("textContent", "⋮")
	grip := doc.Call("createElement", "span")
	grip.Set("className", "dg-grip")
	for _, el := range []app.Value{h.name, h.hint, h.bars, h.menu, grip} {
		h.el.Call("appendChild", el)
	}
	return h
}

// draw draws the bars.
func (h *gridHead) draw(head GridHead) {
	d := headPath(head.Bars)
	if d == h.shown {
		return
	}
	h.shown = d
	if d == "" {
		h.path.Call("removeAttribute", "d")
		return
	}
	h.path.Call("setAttribute", "d", d)
}

// headPath draws bars as one path; a bar with a row in it is never invisible.
func headPath(bars []int64) string {
	most := int64(0)
	for _, n := range bars {
		most = max(most, n)
	}
	if most == 0 {
		return ""
	}
	var b strings.Builder
	wide := float64(headBars) / float64(max(len(bars), 6)) // few levels don't become walls
	for i, n := range bars {
		if n == 0 {
			continue
		}
		high := math.Max(1, math.Round(headHigh*float64(n)/float64(most)))
		x := strconv.FormatFloat(math.Round(float64(i)*wide*100)/100, 'f', -1, 64)
		w := strconv.FormatFloat(math.Round(wide*88)/100, 'f', -1, 64)
		b.WriteString("M" + x + " " + strconv.Itoa(headHigh) + "v-" + strconv.Itoa(int(high)) + "h" + w + "v" + strconv.Itoa(int(high)) + "z")
	}
	return b.String()
}

// markHeads lets Tab come to the active cell if that is a head.
func (p *gridPaint) markHeads() {
	for i, h := range p.heads {
		at := -1
		if p.g.active == (gridCell{-1, p.placeOf(i)}) {
			at = 0
		}
		h.el.Set("tabIndex", at)
	}
}

// head gives a column's picture, if there is one.
func (g *Grid) head(column int) GridHead {
	if column < len(g.Heads) {
		return g.Heads[column]
	}
	return GridHead{}
}

// gridDrag is a column's head or edge that is being moved by the pointer.
type gridDrag struct {
	place int // of the column
	wide  bool
	from  float64 // where the pointer went down
	width float64 // of the column then
	on    bool
	moved bool // far enough to be no click
	ended bool // the click that follows is part of it
}

const dragPX = 6 // how far a pointer moves before it drags

// onDown takes hold of a head or its edge.
func (p *gridPaint) onDown(e app.Event) {
	p.drag = gridDrag{}
	at, ok := p.cellOf(e)
	target := e.Get("target")
	if !ok || at.row >= 0 || p.g.OnLook == nil || e.Get("button").Int() != 0 || target.Call("closest", ".dg-menu").Truthy() {
		return
	}
	wide := target.Call("closest", ".dg-grip").Truthy()
	if !wide && e.Get("pointerType").String() != "mouse" {
		return // a finger scrolls; the column's button moves it
	}
	p.drag = gridDrag{place: at.column, wide: wide, from: e.Get("clientX").Float(), width: p.widths[at.column], on: true}
	if wide {
		target.Call("setPointerCapture", e.Get("pointerId"))
		e.PreventDefault()
	}
}

// onDrag follows the pointer.
func (p *gridPaint) onDrag(e app.Event) {
	d := &p.drag
	if !d.on {
		return
	}
	by := e.Get("clientX").Float() - d.from
	if !d.moved && math.Abs(by) < dragPX {
		return
	}
	if !d.moved {
		d.moved = true
		p.box.Get("classList").Call("add", "dg-dragging")
	}
	if d.wide {
		p.widths[d.place] = min(max(d.width+by, columnThin), columnWide)
		p.edges = columnEdges(p.widths, gridHeadPX)
		p.layout++
		p.draw(true)
		return
	}
	to := p.placeAt(e.Get("clientX").Float())
	for i, h := range p.heads {
		h.el.Get("classList").Call("toggle", "dg-to", p.placeOf(i) == to && to != d.place)
	}
}

// onDrop ends the move where the pointer is.
func (p *gridPaint) onDrop(e app.Event) {
	d := p.drag
	p.onDragEnd(e)
	if !d.on || !d.moved {
		return
	}
	p.drag.ended = true
	g, name := p.g, p.g.Columns[p.g.column(d.place)].Name
	if d.wide {
		g.look(g.Look.Width(name, p.widths[d.place]))
		return
	}
	g.look(g.Look.Move(g.Columns, d.place, p.placeAt(e.Get("clientX").Float())))
}

// onDragEnd lets go.
func (p *gridPaint) onDragEnd(app.Event) {
	p.drag = gridDrag{}
	p.box.Get("classList").Call("remove", "dg-dragging")
	for _, h := range p.heads {
		h.el.Get("classList").Call("remove", "dg-to")
	}
}

// placeAt gives the place of the column at a distance from the page's left.
func (p *gridPaint) placeAt(clientX float64) int {
	rect := p.box.Call("getBoundingClientRect")
	x := clientX - rect.Get("left").Float()
	if p.held == 0 || x > p.edges[p.held] {
		x += p.box.Get("scrollLeft").Float()
	}
	for i := range p.widths {
		if x < p.edges[i+1] {
			return i
		}
	}
	return len(p.widths) - 1
}

// look arranges the columns.
func (g *Grid) look(look GridLook) {
	g.ctx.Emit(func() { g.OnLook(g.ctx, look) })
}
