package ui

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// icons holds the shapes of the icons on a field of 24 x 24. They are drawn by
// strokes in the colour of the text around them.
var icons = map[string]string{
	"again":   `<path d="M4 12a8 8 0 1 0 3-6.2M4 4v4h4"/>`,
	"alert":   `<path d="M12 4l9.5 16h-19z"/><path d="M12 10v4.5M12 17.4v.1"/>`,
	"copy":    `<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15H4V5a1 1 0 0 1 1-1h10v1"/>`,
	"data":    `<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 10h18M9 4v16"/>`,
	"device":  `<rect x="6" y="3" width="12" height="18" rx="2"/><path d="M9.5 9.5l5 5M14.5 9.5l-5 5"/>`,
	"down":    `<path d="M12 4v12M7 11l5 5 5-5M4 20h16"/>`,
	"edit":    `<path d="M4 20h4L19 9l-4-4L4 16z"/><path d="M13 7l4 4"/>`,
	"explore": `<path d="M4 4v16h16"/><path d="M8 16v-4M12 16V8M16 16v-6"/>`,
	"hash":    `<path d="M5 9h14M4 15h14M10 4L8 20M16 4l-2 16"/>`,
	"info":    `<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.1"/>`,
	"jobs":    `<path d="M4 6h10M4 12h16M4 18h7"/><circle cx="19" cy="6" r="1.5"/>`,
	"left":    `<path d="M15 5l-7 7 7 7"/>`,
	"lock":    `<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
	"models":  `<path d="M12 3l9 5-9 5-9-5z"/><path d="M3 13l9 5 9-5"/>`,
	"off":     `<path d="M3 3l18 18M8.5 15.5a5 5 0 0 1 7 0M5 12a10 10 0 0 1 4-2.4M19 12a10 10 0 0 0-4.5-2.5M2 8.5a15 15 0 0 1 4-2.6M22 8.5A15 15 0 0 0 11 5M12 19.4v.1"/>`,
	"ok":      `<path d="M5 12.5l4.5 4.5L19 7"/>`,
	"pause":   `<path d="M8 5v14M16 5v14"/>`,
	"play":    `<path d="M7 5l12 7-12 7z"/>`,
	"plus":    `<path d="M12 5v14M5 12h14"/>`,
	"predict": `<path d="M5 3l14 8-6 2-2 6z"/>`,
	"right":   `<path d="M9 5l7 7-7 7"/>`,
	"rise":    `<path d="M5 15l7-7 7 7"/>`,
	"search":  `<circle cx="11" cy="11" r="7"/><path d="M20 20l-4-4"/>`,
	"sink":    `<path d="M5 9l7 7 7-7"/>`,
	"step":    `<path d="M6 5l9 7-9 7zM19 5v14"/>`,
	"table":   `<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 9h18M3 14h18M10 9v11"/>`,
	"text":    `<path d="M5 6h14M12 6v13"/>`,
	"theme":   `<path d="M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z"/>`,
	"train":   `<circle cx="12" cy="12" r="3"/><path d="M12 2v4M12 18v4M2 12h4M18 12h4"/>`,
	"trash":   `<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"/>`,
	"undo":    `<path d="M8 5L4 9l4 4"/><path d="M4 9h10a6 6 0 0 1 0 12h-3"/>`,
	"up":      `<path d="M12 16V4M7 9l5-5 5 5M4 17v3h16v-3"/>`,
	"user":    `<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 15-5 16 0"/>`,
	"x":       `<path d="M6 6l12 12M18 6L6 18"/>`,
}

// Icon draws one of the icons: again alert copy data device down edit explore
// hash info jobs left lock models off ok pause play plus predict right rise search
// sink step table text theme train trash undo up user x. An unknown name draws the info icon. Icons
// are hidden from screen readers: the text or the label beside one names it.
func Icon(name string) app.UI {
	shape, ok := icons[name]
	if !ok {
		shape = icons["info"]
	}
	return app.Raw(`<svg class="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + shape + `</svg>`)
}

// logo draws the mark of the product: three clusters and their centre.
func logo() app.UI {
	return app.Raw(`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><circle class="k1 fill" cx="7" cy="22" r="4"/>` +
		`<path class="k2 fill" d="M25 4.5l4.3 7.5h-8.6z"/><rect class="k3 fill" x="20" y="21" width="7.5" height="7.5"/>` +
		`<path d="M16 10v12M10 16h12" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/></svg>`)
}
