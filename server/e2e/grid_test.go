package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/centroid-studio/centroid/shared/wire"
)

// chord presses a key together with modifiers.
func (b *browser) chord(key string, with ...input.Modifier) {
	b.t.Helper()
	b.Do("press "+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(with...)))
}

// columnsAre waits until the heads stand in an order.
func (b *browser) columnsAre(names ...string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`[...document.querySelectorAll("#rows .dg-h > span:first-child")].map(e => e.textContent.replace(/ [↑↓]$/, "")).join() === %q`, strings.Join(names, ",")))
}

// paste hands a text to what has the focus, as the browser does.
func (b *browser) paste(text string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`(() => {
		const data = new DataTransfer(); data.setData("text/plain", %q)
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}))
	})()`, text), nil)
}

// copied gives what a copy puts on the clipboard.
func (b *browser) copied() (text string) {
	b.t.Helper()
	b.Eval(`(() => {
		const data = new DataTransfer()
		document.activeElement.dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}))
		return data.getData("text/plain")
	})()`, &text)
	return text
}

const gridTable = "name,size,kind\nAnt,1,insect\nBee,2,insect\nCat,,mammal\nDog,40.5,mammal\nEel,6,fish\nFox,7,mammal\n"

// TestE2EGrid filters, searches, arranges, marks, copies, pastes and takes back.
func TestE2EGrid(t *testing.T) {
	s := startServer(t)
	mine := program(t, s, "grid")
	var set wire.Dataset
	mine.do("POST", "datasets?name=animals", strings.NewReader(gridTable), "text/csv", &set)
	b := openBrowser(t)
	b.logIn(s, "grid", "/data")
	b.about("6 rows, 3 columns")
	b.cellIs(0, 0, "Ant")
	b.Until(`[...document.querySelectorAll("#rows .dg-h path")].filter(p => p.getAttribute("d")).length >= 2`) // the pictures in the heads

	// A range of numbers, by the button in the head.
	menu := func(column int) {
		t.Helper()
		b.Click(fmt.Sprintf(`#rows [role=columnheader][data-column="%d"] .dg-menu`, column))
		b.Until(`document.querySelector("dialog#rows-menu")?.open`)
	}
	menu(1)
	b.Shot("grid-menu-number")
	b.Fill("#rows-filter-min", "x")
	b.Click("#rows-filter-apply")
	b.See("x is no number.")
	b.Fill("#rows-filter-min", "2")
	b.Fill("#rows-filter-max", "7")
	b.Click("#rows-filter-apply")
	b.See("Rows 1 to 3 of 3 that fit, of 6")
	b.cellIs(0, 0, "Bee")
	b.See("size from 2 to 7")
	b.Until(`document.querySelector("#rows").getAttribute("aria-rowcount") === "4"`)

	// Levels besides, by the keyboard alone.
	b.Click(`#rows [aria-rowindex="2"] [data-column="2"]`)
	b.chord(kb.ArrowDown, input.ModifierAlt)
	b.Until(`document.querySelector("dialog#rows-menu h2")?.textContent === "kind"`)
	b.Shot("grid-menu-levels")
	b.tabTo("a level", `e.matches("[name=level]")`)
	b.Until(`document.activeElement.closest("label").innerText.includes("mammal")`) // the most frequent one
	b.press(" ")
	b.press(kb.Enter)
	b.See("Rows 1 to 1 of 1 that fit, of 6")
	b.cellIs(0, 0, "Fox")
	b.Shot("grid-filtered")
	b.Click("#rows-unfilter")
	b.See("Rows 1 to 6 of 6")
	b.Until(`document.querySelector("#rows-chips").hidden`)

	// What is missing, and a search: texts that have it in them, numbers that begin with it.
	menu(1)
	b.Choose("#rows-filter-missing", "only")
	b.Click("#rows-filter-apply")
	b.See("size is missing")
	b.cellIs(0, 0, "Cat")
	b.Click(`#rows-chips button`)
	b.Fill("#rows-search", "40"+kb.Enter)
	b.cellIs(0, 0, "Dog")
	b.See("Rows 1 to 1 of 1 that fit")
	b.Fill("#rows-search", "nowhere"+kb.Enter)
	b.See("No row fits")
	b.Shot("grid-none")
	b.Click(`#rows-chips button`)
	b.cellIs(0, 0, "Ant")

	// Columns: moved by the pointer and by keys, hidden, held, made wider; kept over a reload.
	b.Do("drag", chromedp.ActionFunc(b.dragHead(0, 2)))
	b.columnsAre("size", "kind", "name")
	b.Click(`#rows [aria-rowindex="2"] [data-column="0"]`)
	b.chord(kb.ArrowLeft, input.ModifierAlt)
	b.columnsAre("size", "name", "kind")
	var before, after float64
	wide := `document.querySelector('#rows [role=columnheader][data-column="0"]').offsetWidth`
	b.Eval(wide, &before)
	b.chord(kb.ArrowRight, input.ModifierAlt, input.ModifierShift)
	b.Until(fmt.Sprintf(`%s === %v`, wide, before+16))
	menu(1)
	b.Click("#rows-place-hold")
	b.Click("#rows-menu-close")
	b.Until(`document.querySelector('#rows [aria-rowindex="2"] [data-column="1"]').classList.contains("dg-held")`)
	b.Click("#rows-columns")
	b.Click("#rows-show-2")
	b.Shot("grid-columns")
	b.Click("#rows-list-close")
	b.columnsAre("size", "name")
	b.See("Columns (1 hidden)")
	b.Do("reload", chromedp.Reload())
	b.Running()
	b.columnsAre("size", "name")
	b.Eval(wide, &after)
	if after != before+16 {
		t.Errorf("after a reload the column is %v wide, want %v", after, before+16)
	}
	b.Click("#rows-columns")
	b.Click("#rows-plain")
	b.Click("#rows-list-close")
	b.columnsAre("name", "size", "kind")

	// Marks: by Shift and the arrows, by the rows' heads, all; what is copied is what is marked.
	b.Click(gridCell(1, 0))
	b.chord(kb.ArrowDown, input.ModifierShift)
	b.See("2 rows marked")
	if got, want := b.copied(), "Bee\t2\tinsect\nCat\t\tmammal\n"; got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	b.Do("head", chromedp.ActionFunc(b.clickWith(`#rows [aria-rowindex="6"] [role=rowheader]`, input.ModifierCtrl)))
	b.See("3 rows marked")
	b.Shot("grid-marked")
	b.chord("a", input.ModifierCtrl)
	b.See("6 rows marked")
	b.press(kb.Escape)
	b.Until(`document.querySelector("#rows-marked").textContent === ""`)
	b.Click(gridCell(3, 1))
	if got := b.copied(); got != "40.5" {
		t.Errorf("copied %q of one cell, want 40.5", got)
	}

	// A block is pasted as one version, with a row more; what can't be a number is refused whole.
	b.Click(gridCell(4, 0))
	b.paste("Emu\tx\n")
	b.See("want a number")
	b.paste("Emu\t55\tbird\nFly\t\t\nGnu\t200\tmammal\n")
	b.about("7 rows")
	b.about("version 2")
	b.cellIs(4, 0, "Emu")
	b.cellIs(5, 1, "missing")
	b.cellIs(6, 1, "200")

	// And taken back, and made again.
	b.Click(gridCell(0, 0))
	b.chord("z", input.ModifierCtrl)
	b.about("6 rows")
	b.cellIs(4, 0, "Eel")
	b.chord("z", input.ModifierCtrl, input.ModifierShift)
	b.about("7 rows")
	b.cellIs(4, 0, "Emu")

	// A letter begins to write; Enter goes on below.
	b.Click(gridCell(0, 0))
	b.press("Asp" + kb.Enter)
	b.cellIs(0, 0, "Asp")
	b.Until(`document.activeElement.matches('[aria-rowindex="3"] [data-column="0"]')`)
	b.about("version 5")
	b.press(kb.Backspace)
	b.cellIs(1, 0, "missing")
	b.about("version 6")

	// Marked rows are deleted together, also where they are sorted and filtered.
	menu(2)
	b.Click(`[name=level][value="0"]`)
	b.Click("#rows-filter-apply")
	b.See("that fit, of 7")
	b.Click(`#rows [role=columnheader][data-column="1"]`)
	b.cellIs(0, 1, "40.5")
	b.Click(`#rows [role=columnheader].dg-rh`)
	b.See("3 rows marked")
	b.Click("#row-delete")
	b.See("Delete 3 rows?")
	b.Click("#ask-yes")
	b.about("4 rows")
	b.See("No row fits")
	b.Click(`#rows-chips button`)
	b.See("Rows 1 to 4 of 4")

	// Somebody else changes a row that is about to be overwritten: nothing is lost.
	b.Click(`#rows [role=columnheader][data-column="1"]`)
	b.Click(`#rows [role=columnheader][data-column="1"]`)
	b.See("In the file's order")
	b.cellIs(0, 0, "Asp")
	mine.do("POST", "datasets/"+set.ID+"/edits", strings.NewReader(`{"cells":[{"row":0,"column":"name","cell":"Ape"}]}`), "application/json", nil)
	b.Click(gridCell(0, 0))
	b.paste("Auk")
	b.See("Changed elsewhere")
	b.Click("#conflict-mine")
	b.cellIs(0, 0, "Auk")
	b.NoErrors()
}

// middle gives the middle of what a selector names.
func middle(ctx context.Context, selector string) (x, y float64, err error) {
	var at []float64
	err = chromedp.Evaluate(fmt.Sprintf(`(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector), &at).Do(ctx)
	if err == nil {
		x, y = at[0], at[1]
	}
	return x, y, err
}

// dragHead drags a column's head onto another one.
func (b *browser) dragHead(from, to int) func(context.Context) error {
	return func(ctx context.Context) error {
		x1, y1, err := middle(ctx, fmt.Sprintf(`#rows [role=columnheader][data-column="%d"]`, from))
		if err != nil {
			return err
		}
		x2, y2, err := middle(ctx, fmt.Sprintf(`#rows [role=columnheader][data-column="%d"]`, to))
		if err != nil {
			return err
		}
		for _, step := range []struct {
			kind input.MouseType
			x, y float64
		}{{input.MousePressed, x1, y1}, {input.MouseMoved, (x1 + x2) / 2, y1}, {input.MouseMoved, x2, y2}, {input.MouseReleased, x2, y2}} {
			if err := input.DispatchMouseEvent(step.kind, step.x, step.y).WithButton(input.Left).WithClickCount(1).Do(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// clickWith clicks while modifiers are held.
func (b *browser) clickWith(selector string, with input.Modifier) func(context.Context) error {
	return func(ctx context.Context) error {
		x, y, err := middle(ctx, selector)
		if err != nil {
			return err
		}
		for _, kind := range []input.MouseType{input.MousePressed, input.MouseReleased} {
			if err := input.DispatchMouseEvent(kind, x, y).WithButton(input.Left).WithClickCount(1).WithModifiers(with).Do(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}
