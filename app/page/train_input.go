package page

import (
	"math/rand/v2"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
)

// typed gives the text of the control that an event came from. bad is true
// while a number's control holds something that is not a number, such as a
// lone minus sign: its value is then empty, and writing that back would wipe
// what the user is typing.
func typed(ctx app.Context) (text string, bad bool) {
	src := ctx.JSSrc()
	if v := src.Get("validity"); v.Truthy() && v.Get("badInput").Truthy() {
		return "", true
	}
	return src.Get("value").String(), false
}

// scope gives the value that was bound to the element of an event with DataSet.
func scope(ctx app.Context, key string) string { return ctx.JSSrc().Get("dataset").Get(key).String() }

// scopeInt is scope for a number.
func scopeInt(ctx app.Context, key string) int {
	n, err := strconv.Atoi(scope(ctx, key))
	if err != nil {
		return -1
	}
	return n
}

// onText takes a field of the form.
func (t *Train) onText(ctx app.Context, _ app.Event) {
	text, bad := typed(ctx)
	if !bad {
		t.setText(ctx.JSSrc().Get("id").String(), text)
	}
}

// setText changes the field whose control is called id, and clears its error.
func (t *Train) setText(id, text string) {
	t.touched = true
	for name, of := range fieldIDs {
		if of == id {
			delete(t.form.Errors, name)
		}
	}
	f := &t.form
	for name, value := range map[string]*string{
		fieldK: &f.K, fieldFrozen: &f.Frozen, fieldRestarts: &f.Restarts, fieldPasses: &f.Passes, fieldTolerance: &f.Tolerance, fieldTimeLimit: &f.TimeLimit,
		fieldSample: &f.Sample, fieldBatch: &f.Batch, fieldRounds: &f.Rounds, fieldFactor: &f.Factor, fieldSeed: &f.Seed,
	} {
		if fieldIDs[name] == id {
			*value = text
		}
	}
	f.fitRows()
}

func (t *Train) onDataset(ctx app.Context, _ app.Event) {
	t.touched = true
	t.choose(ctx, ctx.JSSrc().Get("value").String())
}

func (t *Train) onColumn(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Use[ctx.JSSrc().Get("value").String()] = ctx.JSSrc().Get("checked").Bool()
	t.form.fitRows()
	t.advise()
	delete(t.form.Errors, fieldColumns)
}

func (t *Train) onLog(ctx app.Context, _ app.Event) {
	t.touched = true
	name := scope(ctx, "column")
	t.form.Logs[name] = !t.form.Logs[name]
	t.advise()
	delete(t.form.Errors, fieldColumns)
}

func (t *Train) onScale(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Scale = prep.Scale(ctx.JSSrc().Get("value").String())
	t.advise()
}

func (t *Train) onMissing(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Missing = prep.Missing(ctx.JSSrc().Get("value").String())
	t.advise()
}

func (t *Train) onAlgorithm(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Algorithm = kmeans.Algorithm(ctx.JSSrc().Get("value").String())
	delete(t.form.Errors, fieldAlgorithm)
}

func (t *Train) onDistance(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Distance = kmeans.Distance(ctx.JSSrc().Get("value").String())
	delete(t.form.Errors, fieldDistance)
}

func (t *Train) onWeight(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Weight = ctx.JSSrc().Get("value").String()
	t.form.fitRows()
	t.advise()
	delete(t.form.Errors, fieldWeight)
	delete(t.form.Errors, fieldColumns)
}

func (t *Train) onInit(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Init = kmeans.Init(ctx.JSSrc().Get("value").String())
	t.form.fitRows()
	delete(t.form.Errors, fieldStart)
	delete(t.form.Errors, fieldAlgorithm) // one of them can't have a given start
}

func (t *Train) onStartModel(ctx app.Context, _ app.Event) {
	t.touched = true
	id := ctx.JSSrc().Get("value").String()
	t.form.Model = nil
	for _, m := range t.models {
		if m.ID == id {
			t.form.Model = m
		}
	}
	delete(t.form.Errors, fieldStart)
}

func (t *Train) onStartCell(ctx app.Context, _ app.Event) {
	t.touched = true
	i, j := scopeInt(ctx, "row"), scopeInt(ctx, "column")
	if i >= 0 && i < len(t.form.Rows) && j >= 0 && j < len(t.form.Rows[i]) {
		t.form.Rows[i][j] = ctx.JSSrc().Get("value").String()
	}
	delete(t.form.Errors, fieldStart)
}

func (t *Train) onStays(ctx app.Context, _ app.Event) {
	t.touched = true
	t.form.Stays[scopeInt(ctx, "row")] = ctx.JSSrc().Get("checked").Bool()
	delete(t.form.Errors, fieldFrozen)
}

func (t *Train) onNewSeed(app.Context, app.Event) {
	t.touched = true
	t.form.Seed = strconv.FormatUint(uint64(rand.Uint32()), 10)
}

// onFold folds the form, or unfolds it. Only a narrow window heeds it.
func (t *Train) onFold(app.Context, app.Event) { t.folded = !t.folded }

// onAxis shows another column on one of the axes.
func (t *Train) onAxis(ctx app.Context, _ app.Event) {
	name := ctx.JSSrc().Get("value").String()
	if scope(ctx, "axis") == "x" {
		t.view.X.Name = name
	} else {
		t.view.Y.Name = name
	}
	t.redraw()
}

// fieldError draws what is wrong with a group.
func fieldError(id, err string) app.UI {
	return app.P().Class("err").ID(id+"-err").Attr("role", "alert").Hidden(err == "").Text(err)
}
