package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Colours is how many cluster colours there are; further clusters begin again
// at the first. Number and shape still tell them apart.
const Colours = 12

// Shapes is how many point shapes there are. It shares no factor with Colours,
// so that colour and shape together repeat only after 60 clusters.
const Shapes = 5

// shapes are the badge's outlines in the order of the charts' symbols: circle,
// triangle, square, diamond, pentagon.
var shapes = [Shapes]string{
	`<circle class="fill" cx="12" cy="12" r="10.5"/>`,
	`<path class="fill" d="M12 .5L23.5 22H.5z"/>`,
	`<rect class="fill" x="2" y="2" width="20" height="20" rx="1.5"/>`,
	`<path class="fill" d="M12 0L24 12 12 24 0 12z"/>`,
	`<path class="fill" d="M12 .5L23.6 9l-4.4 14H4.8L.4 9z"/>`,
}

// inks tells, of each colour, whether dark figures read better on it: in the
// light theme, then in the dark one.
var inks = [Colours][2]bool{
	{true, true}, {true, true}, {true, true}, {false, false}, {false, false}, {false, true},
	{false, true}, {false, true}, {false, false}, {true, true}, {true, true}, {false, true},
}

// ClusterClass gives the class that sets the colour of cluster i, counted from 0.
func ClusterClass(i int) string { return "k" + strconv.Itoa(i%Colours+1) }

// Badge draws cluster i, counted from 0 as in model files: its number on its shape and
// colour. Screen readers hear "cluster" and the number.
func Badge(i int) app.UI {
	if i < 0 {
		return app.Span()
	}
	n, y := strconv.Itoa(i), "12.5"
	if i%Shapes == 1 {
		y = "15.5" // a triangle has its room below
	}
	ink := inks[i%Colours]
	class := "onk"
	switch {
	case ink[0] && ink[1]:
		class = "onk dark"
	case !ink[0] && !ink[1]:
		class = "onk light"
	}
	return app.Span().Class("badge", ClusterClass(i)).Body(
		app.Raw(`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">`+shapes[i%Shapes]+`<text class="`+class+`" x="12" y="`+y+`">`+n+`</text></svg>`),
		app.Span().Class("sr").Text("cluster "+n),
	)
}
