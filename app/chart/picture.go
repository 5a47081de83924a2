package chart

import (
	"encoding/json"
	"unsafe"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// picture is a chart's canvas in the browser. Its zero value draws nothing yet.
type picture struct {
	el    app.Value // what the chart is drawn in; nil: nothing is drawn
	wait  app.Func  // hears that charts.js has come
	make  app.Func  // is called when a picture out of sight is to be drawn
	spec  func() spec
	pick  Pick     // nil: nothing can be selected
	heard app.Func // hears what is selected
}

// draw shows s in the figure of ctx's component. What is out of sight, or comes
// before charts.js has, is made and drawn later, as it is to be then.
func (p *picture) draw(ctx app.Context, s func() spec) {
	if app.IsServer {
		return
	}
	p.el = ctx.JSSrc().Get("firstElementChild")
	if p.heard == nil && p.pick != nil {
		p.heard = app.FuncOf(func(_ app.Value, args []app.Value) any {
			spans, done := spansOf(args[0]), args[1].Bool()
			ctx.Emit(func() {
				if p.pick != nil {
					p.pick(ctx, spans, done)
				}
			})
			return nil
		})
	}
	p.spec = s
	if p.make == nil {
		p.make = app.FuncOf(func(app.Value, []app.Value) any {
			if bridge, ok := charts(); ok && p.el != nil {
				p.show(bridge)
			}
			return nil
		})
	}
	if bridge, ok := charts(); ok {
		p.ask(bridge)
		return
	}
	if p.wait != nil {
		return // it will draw what is shown then
	}
	p.wait = app.FuncOf(func(app.Value, []app.Value) any {
		if bridge, ok := charts(); ok && p.el != nil {
			p.ask(bridge)
		}
		return nil
	})
	app.Window().Call("addEventListener", "centroidcharts", p.wait)
}

// ask draws the picture if it is in sight.
func (p *picture) ask(bridge app.Value) {
	if bridge.Call("awaits", p.el, p.make).Bool() {
		p.show(bridge)
	}
}

func (p *picture) show(bridge app.Value) {
	v := p.spec().value()
	if p.pick != nil {
		v.Set("picks", true)
		v.Set("pick", p.heard)
	}
	bridge.Call("draw", p.el, v)
}

// spansOf reads axis, from, to, axis, from, to, ….
func spansOf(flat app.Value) []Span {
	var out []Span
	for i := 0; i+2 < flat.Length(); i += 3 {
		out = append(out, Span{Axis: flat.Index(i).Int(), Lo: flat.Index(i + 1).Float(), Hi: flat.Index(i + 2).Float()})
	}
	return out
}

// move shows the centers of s in what is drawn.
func (p *picture) move(s func() spec) {
	if app.IsServer || p.el == nil {
		return
	}
	if bridge, ok := charts(); ok {
		bridge.Call("move", p.el, s().value())
	}
}

// close gives back what the browser holds of the chart.
func (p *picture) close() {
	if app.IsServer || p.el == nil {
		return
	}
	if p.wait != nil {
		app.Window().Call("removeEventListener", "centroidcharts", p.wait)
		p.wait.Release()
		p.wait = nil
	}
	if bridge, ok := charts(); ok {
		bridge.Call("drop", p.el)
	}
	if p.make != nil {
		p.make.Release()
		p.make = nil
	}
	if p.heard != nil {
		p.heard.Release()
		p.heard = nil
	}
	p.el = nil
}

// told says whether charts.js has our way of writing numbers.
var told bool

// charts gives the other side of the bridge; ok is false while it has not loaded.
func charts() (bridge app.Value, ok bool) {
	bridge = app.Window().Get("centroidCharts")
	if !bridge.Truthy() {
		return nil, false
	}
	if !told {
		told = true
		bridge.Set("num", app.FuncOf(func(_ app.Value, args []app.Value) any { return ui.Num(args[0].Float()) }))
	}
	return bridge, true
}

// value makes the JavaScript object of s.
func (s spec) value() app.Value {
	text, err := json.Marshal(s.head)
	if err != nil {
		panic(err) // a head is strings, whole numbers and lists of them
	}
	v := app.Window().Get("JSON").Call("parse", string(text))
	arrays := app.Window().Get("Array").New()
	for _, a := range s.arrays {
		arrays.Call("push", floats(a))
	}
	v.Set("arrays", arrays)
	return v
}

// floats copies a to a Float64Array, in one piece.
func floats(a []float64) app.Value {
	out := app.Window().Get("Float64Array").New(len(a))
	if len(a) > 0 {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(&a[0])), 8*len(a))
		app.CopyBytesToJS(app.Window().Get("Uint8Array").New(out.Get("buffer")), bytes)
	}
	return out
}
