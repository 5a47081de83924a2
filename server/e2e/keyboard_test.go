package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/app"
	"github.com/centroid-studio/centroid/shared/wire"
)

// stop is what has the focus: what it is, and what is wrong with how it shows that.
type stop struct {
	What  string
	Again bool // it had the focus before
	Wrong []string
}

// stopScript looks at what has the focus. A choice of a row of choices shows it
// on the text beside it.
const stopScript = `(() => {
	const e = document.activeElement, seen = window.stops ??= [], wrong = [], again = seen.includes(e);
	if (!e || e === document.body) return {What: "", Again: false, Wrong: wrong}; // between the page's end and its beginning
	seen.push(e);
	const ring = e.matches(".seg input") ? e.nextElementSibling : e, style = getComputedStyle(ring), box = ring.getBoundingClientRect();
	if (!e.matches(":focus-visible")) wrong.push("does not match :focus-visible");
	if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) wrong.push("has no outline");
	if (box.width < 1 || box.height < 1) wrong.push("has no size");
	if (box.right < 0 || box.bottom < 0 || box.left > innerWidth || box.top > innerHeight) wrong.push("is out of view");
	const hit = document.elementFromPoint(Math.max(0, box.x + box.width / 2), Math.max(0, Math.min(innerHeight - 1, box.y + box.height / 2)));
	if (hit?.closest("header.top") && !e.closest("header.top")) wrong.push("is beneath the bar");
	return {What: e.outerHTML.slice(0, 120), Again: again, Wrong: wrong};
})()`

// walk goes through a page by Tab until it comes round: each stop
// shows that it has the focus, and nothing that can be used is left out.
func (b *browser) walk(name string) {
	b.t.Helper()
	b.Eval(`void (window.stops = undefined)`, nil)
	n := 0
	for ; n < 400; n++ {
		b.press(kb.Tab)
		var s stop
		if b.Eval(stopScript, &s); s.Again {
			break
		}
		for _, w := range s.Wrong {
			b.t.Errorf("%s, stop %d %s: %s", name, n, w, s.What)
		}
	}
	var missed []string
	b.Eval(`[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
		.filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}) && !(e.type === "radio" && !e.checked) && !(window.stops ?? []).includes(e))
		.map(e => e.outerHTML.slice(0, 120))`, &missed)
	for _, m := range missed {
		b.t.Errorf("%s: Tab does not come to %s", name, m)
	}
	if n < 5 {
		b.t.Errorf("%s has %d stops, want more", name, n)
	}
}

// back presses Shift and Tab.
func (b *browser) back() {
	b.t.Helper()
	b.Do("shift tab", chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(8)))
}

// onDialog wants an open dialog to hold the focus: Tab goes round inside of it.
func (b *browser) onDialog(id string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector("dialog#%s")?.open && document.activeElement.closest("dialog#%s")`, id, id))
	for range 12 {
		b.press(kb.Tab)
		var outside bool
		if b.Eval(`document.activeElement !== document.body && !document.activeElement.closest("dialog")`, &outside); outside {
			b.t.Errorf("Tab leaves the dialog %s", id)
			return
		}
	}
}

// TestE2EKeyboard goes from nothing to a prediction without a mouse: Tab, Enter,
// Space, arrows and text alone.
func TestE2EKeyboard(t *testing.T) {
	s := startServer(t)
	b := openBrowser(t)

	// From the first page to an account.
	b.Open(s.URL + "/")
	b.press(kb.Tab)
	b.Until(`(e => e.matches(".skip") && e.getBoundingClientRect().left >= 0)(document.activeElement)`)
	b.Shot("keyboard-skip")
	b.press(kb.Enter)
	b.focused("main")
	b.tabTo("creating an account", `e.matches("main a[href='/register']")`)
	b.press(kb.Enter)
	b.at("/register")
	b.focused("name")
	b.press("keys" + kb.Tab + passwordOf("keys") + kb.Tab + passwordOf("keys"))
	b.press(kb.Tab + " ") // what was typed can be shown
	b.Until(`document.querySelector("#password").type === "text"`)
	b.back()
	b.press(kb.Enter)

	// A sample, and on to the training.
	b.at("/data")
	b.focused("main")
	b.See("No data yet")
	b.tabTo("the sample", `e.id === "sample-iris"`)
	b.press(kb.Enter)
	b.about("150 rows, 5 columns")
	b.tabTo("Train", `e.id === "train-link"`)
	b.press(kb.Enter)
	b.at("/train")
	b.Until(`document.querySelector("#dataset")?.selectedOptions[0]?.text === "iris"`)
	b.tabTo("a column", `e.type === "checkbox" && e.value === "sepal_width"`)
	b.press(" ")
	b.Until(`!document.querySelector("[value=sepal_width]").checked`)
	b.tabTo("the scale", `e.name === "scale"`)
	b.press(kb.ArrowRight)
	b.Until(`document.querySelector("[name=scale][value=minmax]").checked && document.activeElement.value === "minmax"`)
	b.tabTo("what fills gaps", `e.id === "missing"`)
	b.press(kb.ArrowDown)
	b.Until(`document.querySelector("#missing").value === "mean"`)
	b.tabTo("k", `e.id === "k"`)
	b.press("2" + kb.ArrowUp)
	b.Until(`document.querySelector("#k").value === "3"`)
	b.tabTo("the limits", `e.matches("#limits summary")`)
	b.press(" ")
	b.tabTo("the seed", `e.id === "seed"`)
	b.press("11" + kb.Tab)
	b.tabTo("the button", `e.id === "train-go"`)
	b.Shot("keyboard-train")
	b.press(" ")
	b.state("Done")
	var all []wire.ModelInfo
	if b.ask("models", &all); len(all) != 1 || all[0].K != 3 {
		t.Fatalf("models = %+v, want one of 3 clusters", all)
	}

	// The prediction changes by keys: a number, a slider.
	b.tabTo("Predict", `e.id === "predict-link"`)
	b.press(kb.Enter)
	b.at("/predict")
	b.Until(`document.querySelector("#answer-cluster")`)
	answer := func() (text string) { b.Eval(`document.querySelector("#answer").textContent`, &text); return text }
	for _, field := range []string{"number", "range"} {
		b.tabTo("a "+field, fmt.Sprintf(`e.matches("#row-form input[type=%s]")`, field))
		before := answer()
		b.press(kb.ArrowUp)
		if after := answer(); after == before {
			t.Errorf("after ArrowUp in a %s the answer is %q, as before", field, after)
		}
	}
	b.Shot("keyboard-predict")

	// Everything on every page can be come to, and shows the focus.
	for _, path := range app.Paths() {
		b.whole(s, path)
		if path == "/train" {
			b.state("Done") // it shows the last training
		}
		b.walk(path)
	}

	// Single keys, and dialogs that give the focus back.
	b.Open(s.URL + "/data")
	b.press("gm")
	b.at("/models")
	b.Until(`document.querySelector("#models")`)
	for _, tt := range []struct{ class, dialog string }{{"act-rename", "rename"}, {"act-delete", "ask"}} {
		b.tabTo(tt.class, fmt.Sprintf(`e.matches(".%s")`, tt.class))
		b.press(kb.Enter)
		b.onDialog(tt.dialog)
		b.press(kb.Escape)
		b.Until(fmt.Sprintf(`!document.querySelector("dialog") && document.activeElement.matches(".%s")`, tt.class))
	}
	b.press("?")
	b.onDialog("keys")
	b.Shot("keyboard-help")
	b.press(kb.Escape)
	b.Until(`!document.querySelector("dialog") && document.activeElement.matches(".act-delete")`)
	b.tabTo("the theme", `e.id === "theme"`)
	b.press(" ")
	b.Until(`document.documentElement.dataset.theme === "light" && document.activeElement.getAttribute("aria-label") === "Theme: light"`)

	// What happens is said.
	var said string
	if b.Eval(`document.querySelector("#say").textContent`, &said); !strings.Contains(said, "Theme: light") {
		t.Errorf("the live region says %q, want the theme", said)
	}
	b.NoErrors()
}
