package page

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
)

// Landing is the first page: what this is, and where to begin.
type Landing struct {
	app.Compo

	user string
}

// OnMount greets who is logged in.
func (l *Landing) OnMount(ctx app.Context) { ui.ObserveUser(ctx, &l.user) }

// Render draws the page.
func (l *Landing) Render() app.UI {
	first := app.A().Attr("role", "button").Class("lg").Href("/private").Body(ui.Icon("lock"), app.Text("Try your own file"))
	second := app.A().Attr("role", "button").Class("secondary lg").Href("/register").Body(ui.Icon("user"), app.Text("Create an account"))
	hint := app.P().Class("small").Body(app.Text("Your file stays in this browser: no account, no row is sent. With an account the server trains, on larger tables. Have one? "), app.A().Href("/login").Text("Log in"))
	if l.user != "" {
		first = app.A().Attr("role", "button").Class("lg").Href("/data").Body(ui.Icon("data"), app.Text("Open your data"))
		second = app.A().Attr("role", "button").Class("secondary lg").Href("/predict").Body(ui.Icon("predict"), app.Text("Predict"))
		hint = app.P().Class("small").Text("You are logged in as " + l.user + ".")
	}
	return ui.Shell("landing",
		app.Section().Class("hero").Body(
			app.Div().Class("stack").Body(
				app.H1().Text("Find the groups in your table."),
				app.P().Class("lead").Text("Centroid runs k-means on a CSV and shows every pass as it happens. The model then answers in this page, on every key press, even offline."),
				app.Div().Class("row").Body(first, second),
				hint,
			),
			&demo{},
		),
		app.Section().Class("trio").Aria("label", "What you get").Body(
			app.Div().Body(app.H2().Text("See it move"), app.P().Text("Every pass is a real pass: inertia, rows that changed their group, how far the centroids went. Stop it when you have seen enough.")),
			app.Div().Body(app.H2().Text("Know your groups"), app.P().Text("Sizes, centroids in the units of your table, silhouette, and the comparison with a label that you have. Rows with their group go home as a CSV.")),
			app.Div().Body(app.H2().Text("Predict anywhere"), app.P().Text("The model stays on your device. Type a row and see its group and the distances at once, without a request.")),
		),
	)
}

// cloud is one group of the picture: where its points lie on a field of 480 x 300.
type cloud struct {
	x, y   float64
	points string // pairs of offsets from the centre
}

var clouds = []cloud{
	{112, 205, "-58,12 -41,-22 -36,31 -24,2 -15,-38 -9,44 -3,-14 6,20 14,-47 18,38 25,-8 33,15 40,-30 49,26 60,-4 -20,22"},
	{250, 96, "-66,8 -47,-19 -38,25 -27,-3 -18,34 -10,-36 -2,15 8,-22 15,30 21,-2 31,-33 38,18 47,-12 55,27 68,2 2,-48"},
	{378, 208, "-61,-9 -45,24 -35,-27 -26,7 -17,39 -11,-18 -4,-43 5,12 13,35 20,-25 29,2 37,28 43,-38 52,-6 63,17 -2,30"},
}

// picture shows three groups of points and the ways of their centroids. It is
// an ornament: it says nothing that the text does not.
func picture() app.UI {
	var b strings.Builder
	num := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	b.WriteString(`<svg class="picture" viewBox="0 0 480 300" aria-hidden="true" focusable="false">`)
	for i, c := range clouds {
		b.WriteString(`<g class="` + ui.ClusterClass(i) + ` fill">`)
		for p := range strings.FieldsSeq(c.points) {
			dx, dy, _ := strings.Cut(p, ",")
			x, _ := strconv.ParseFloat(dx, 64) // ours, above
			y, _ := strconv.ParseFloat(dy, 64)
			x, y = c.x+x, c.y+y
			switch i {
			case 0:
				b.WriteString(`<circle cx="` + num(x) + `" cy="` + num(y) + `" r="4.5"/>`)
			case 1:
				b.WriteString(`<path d="M` + num(x) + ` ` + num(y-5.5) + `l5.5 9.5h-11z"/>`)
			default:
				b.WriteString(`<rect x="` + num(x-4) + `" y="` + num(y-4) + `" width="8" height="8"/>`)
			}
		}
		// The way from a common start, and the centroid at its end.
		b.WriteString(`</g><g fill="none" stroke="currentColor"><path class="way" d="M240 165Q` + num((240+c.x)/2) + ` ` + num((165+c.y)/2-18) + ` ` + num(c.x) + ` ` + num(c.y) + `"/>` +
			`<path class="cross" d="M` + num(c.x-8) + ` ` + num(c.y) + `h16M` + num(c.x) + ` ` + num(c.y-8) + `v16"/></g>`)
	}
	b.WriteString(`</svg>`)
	return app.Raw(b.String())
}
