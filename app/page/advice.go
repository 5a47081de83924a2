package page

import (
	"net/url"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/ui"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// advicePath is what the server is asked for advice about a training with some settings.
func advicePath(d *wire.Dataset, cfg prep.Config) string {
	v := url.Values{"version": {strconv.Itoa(d.Version)}, "features": {listed(cfg.Columns)}}
	if cfg.Scale != "" {
		v.Set("scale", string(cfg.Scale))
	}
	if cfg.Missing != "" {
		v.Set("missing", string(cfg.Missing))
	}
	if len(cfg.Logs) > 0 {
		v.Set("logs", listed(cfg.Logs))
	}
	return "datasets/" + url.PathEscape(d.ID) + "/advice?" + v.Encode()
}

// shownAdvice is how many cards are shown before the others are asked for.
const shownAdvice = 3

// adviceCards draws advice, each with the button of its remedy if it has one
// that may be used here. A button says by its data-advice which of the list it is for.
func adviceCards(list []wire.Advice, all bool, usable func(*wire.Remedy) bool, onApply, onMore app.EventHandler) []app.UI {
	n := len(list)
	if !all {
		n = min(n, shownAdvice)
	}
	var out []app.UI
	for i, a := range list[:n] {
		icon, class := "info", "banner"
		if a.Kind == wire.AdviceDominates || a.Kind == wire.AdviceIDLike || a.Kind == wire.AdviceGaps {
			icon, class = "alert", "banner warn"
		}
		body := []app.UI{ui.Icon(icon), app.Span().Class("grow small").Text(a.Text)}
		if a.Remedy != nil && usable(a.Remedy) {
			at := strconv.Itoa(i)
			body = append(body, app.Button().Type("button").Class("secondary sm").DataSet("advice", at).OnClick(onApply, at, a.Remedy.Label).Text(a.Remedy.Label))
		}
		out = append(out, app.Li().Class(class).DataSet("kind", string(a.Kind)).Body(body...))
	}
	if n < len(list) {
		out = append(out, app.Li().Body(app.Button().Type("button").Class("ghost sm").OnClick(onMore).Text("Show "+count(len(list)-n, "more", "more"))))
	}
	return out
}
