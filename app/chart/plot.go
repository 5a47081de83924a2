package chart

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Plot draws what shows many columns at once.
type Plot struct {
	app.Compo

	ID    string // of the element that ECharts draws in
	Label string // a sentence that says what the picture shows
	Class string // height, as Scatter's
	File  string // name of saved files, without an ending; "" is ID

	Of     Drawing
	OnPick Pick // hears what is selected; nil: nothing can be

	Stamp int // another one: Of has changed

	frame frame
}

// Drawing is what a Plot can show: Heat, Parallel, Matrix or Space.
type Drawing interface {
	spec(label string) spec
	lines(most int) lines
	below(p *Plot) []app.UI
}

// OnMount draws the picture.
func (p *Plot) OnMount(ctx app.Context) { p.redraw(ctx) }

// OnUpdate draws what has changed.
func (p *Plot) OnUpdate(ctx app.Context) {
	if p.key() != p.frame.shown {
		p.redraw(ctx)
	}
}

// OnDismount gives the picture back.
func (p *Plot) OnDismount() { p.frame.picture.close() }

func (p *Plot) key() string { return p.ID + "\x00" + p.Label + "\x00" + strconv.Itoa(p.Stamp) }

func (p *Plot) redraw(ctx app.Context) {
	p.frame.shown = p.key()
	p.frame.picture.draw(ctx, func() spec { return p.Of.spec(p.Label) })
}

// Render draws the figure.
func (p *Plot) Render() app.UI {
	return p.frame.figure(place{id: p.ID, label: p.Label, class: p.Class, file: p.File, below: p.Of.below(p), pick: p.OnPick}, p.Of.lines)
}

// step is how far a button turns, in degrees.
const step = 15

func (p *Plot) onLeft(app.Context, app.Event)  { p.turn(-step, 0) }
func (p *Plot) onRight(app.Context, app.Event) { p.turn(step, 0) }
func (p *Plot) onUp(app.Context, app.Event)    { p.turn(0, -step) }
func (p *Plot) onDown(app.Context, app.Event)  { p.turn(0, step) }

func (p *Plot) turn(across, up int) {
	if bridge, ok := charts(); ok && p.frame.picture.el != nil {
		bridge.Call("turn", p.frame.picture.el, across, up)
	}
}
