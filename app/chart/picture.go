package chart

import (
	"encoding/json"
	"unsafe"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// picture is a chart's canvas in the browser. Its zero value draws nothing yet.
type picture struct {
	el   app.Value // what the chart is drawn in; nil: nothing is drawn
	wait app.Func  // hears that charts.js has come
}

// draw shows s in the figure root. If charts.js is not there yet, s is made and
// drawn when it is.
func (p *picture) draw(root app.Value, s func() spec) {
	if app.IsServer {
		return
	}
	p.el = root.Get("firstElementChild")
	if bridge, ok := charts(); ok {
		bridge.Call("draw", p.el, s().value())
		return
	}
	if p.wait != nil {
		return // it will draw what is shown then
	}
	p.wait = app.FuncOf(func(app.Value, []app.Value) any {
		if bridge, ok := charts(); ok && p.el != nil {
			bridge.Call("draw", p.el, s().value())
		}
		return nil
	})
	app.Window().Call("addEventListener", "centroidcharts", p.wait)
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
