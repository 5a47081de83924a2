package page

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

func answer() *wire.FrameResult {
	return &wire.FrameResult{
		Columns: []wire.FrameColumn{{Name: "kind", Kind: table.Text}, {Name: "n", Kind: table.Number}, {Name: "n", Kind: table.Number}},
		Rows: [][]table.Cell{
			{table.Str("b"), table.Num(3), {}},
			{table.Str("a"), table.Num(-1), table.Num(7)},
			{{}, {}, table.Num(5)},
			{table.Str("c"), table.Num(3), table.Num(5)},
		},
	}
}

func TestAnswerRows(t *testing.T) {
	for _, tc := range []struct {
		sort string
		desc bool
		want []int64 // ids
	}{
		{"", false, []int64{1, 2, 3, 4}},
		{"n", false, []int64{2, 1, 4, 3}},
		{"n", true, []int64{1, 4, 2, 3}},
		{"n_2", false, []int64{3, 4, 2, 1}},
		{"kind", true, []int64{4, 1, 2, 3}},
		{"kind", false, []int64{2, 1, 4, 3}},
	} {
		rows, err := answerRows(answer(), tc.sort, tc.desc)(0, 100)
		var ids []int64
		for _, r := range rows.Rows {
			ids = append(ids, r.ID)
		}
		if err != nil || rows.Total != 4 || !slices.Equal(ids, tc.want) {
			t.Errorf("sorted by %q, %t: %v of %d, %v, want %v", tc.sort, tc.desc, ids, rows.Total, err, tc.want)
		}
	}
	if rows, _ := answerRows(answer(), "", false)(3, 100); len(rows.Rows) != 1 || rows.Rows[0].ID != 4 {
		t.Errorf("a window at the end = %+v, want row 4", rows)
	}
}

// TestQueryOf: what is saved and kept is the query whose rows are shown, also when the next one failed.
func TestQueryOf(t *testing.T) {
	q := &query{OnSaved: func(app.Context, wire.Dataset) {}}
	_, ctx := form(t, q)
	q.asked = "SELECT 1"
	q.answer(ctx, *answer())
	q.asked = "SELECT nope"
	q.fail(errors.New("no such column"))
	if q.of != "SELECT 1" || q.res == nil {
		t.Errorf("the rows are of %q, want those of the query before", q.of)
	}
}

func TestQueryChart(t *testing.T) {
	res := answer()
	c := queryChart{Kind: chartBars}
	c.fit(res.Columns)
	if c.X != 0 || c.Y != 1 || c.Kind != chartBars {
		t.Fatalf("fit() = %+v, want n by kind", c)
	}
	names, values, left := c.bars(res)
	if !slices.Equal(names, []string{"b", "a", "c"}) || !slices.Equal(values, []float64{3, -1, 3}) || left != 0 {
		t.Errorf("bars() = %v, %v, %d left", names, values, left)
	}
	c = queryChart{Kind: chartScatter, X: 1, Y: 2}
	if x, y, left := c.points(res); !slices.Equal(x, []float64{-1, 3}) || !slices.Equal(y, []float64{7, 5}) || left != 2 {
		t.Errorf("points() = %v, %v, %d left", x, y, left)
	}
	if c.X = 0; c.wrong(res.Columns) == "" {
		t.Error("points of texts are drawn")
	}
	c.fit(res.Columns[:1])
	if c.Kind != chartNone {
		t.Errorf("an answer without numbers has the chart %s", c.Kind)
	}
	many := &wire.FrameResult{Columns: res.Columns[1:2]}
	for i := range 100 {
		many.Rows = append(many.Rows, []table.Cell{table.Num(float64(i))})
	}
	if names, _, left := (&queryChart{Kind: chartBars}).bars(many); len(names) != chartBarsMost || left != 100-chartBarsMost {
		t.Errorf("of 100 bars %d are drawn and %d left", len(names), left)
	}
}

func TestRemembered(t *testing.T) {
	if got := remembered([]string{"b", "a"}, " a\n"); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("remembered() = %q, want a first, once", got)
	}
	if got := remembered([]string{"b"}, " "); !reflect.DeepEqual(got, []string{"b"}) {
		t.Errorf("remembered() of nothing = %q", got)
	}
	var past []string
	for i := range pastKept + 9 {
		past = remembered(past, strconv.Itoa(i))
	}
	if len(past) != pastKept || past[0] != strconv.Itoa(pastKept+8) {
		t.Errorf("%d queries are kept, the first is %q", len(past), past[0])
	}
}
