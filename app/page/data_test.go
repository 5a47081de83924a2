package page

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

var (
	colNumber   = table.Column{Name: "mass", Kind: table.Number, Role: table.Feature}
	colCategory = table.Column{Name: "island", Kind: table.Category, Role: table.Feature}
	colText     = table.Column{Name: "note", Kind: table.Text, Role: table.Ignored}
)

func TestCellOf(t *testing.T) {
	long := strings.Repeat("x", cellBytes+1)
	for _, tt := range []struct {
		name string
		col  table.Column
		text string
		want table.Cell
		err  string
	}{
		{"number", colNumber, "3.25", table.Num(3.25), ""},
		{"number with spaces", colNumber, " -7 ", table.Num(-7), ""},
		{"exponent", colNumber, "1e3", table.Num(1000), ""},
		{"nothing", colNumber, "", table.Cell{}, ""},
		{"spaces only", colNumber, "  ", table.Cell{}, ""},
		{"NA", colNumber, "NA", table.Cell{}, ""},
		{"null", colCategory, "null", table.Cell{}, ""},
		{"comma", colNumber, "3,25", table.Cell{}, `mass is "3,25", want a number, or nothing for a missing value.`},
		{"word", colNumber, "heavy", table.Cell{}, `mass is "heavy", want a number, or nothing for a missing value.`},
		{"hexadecimal", colNumber, "0x10", table.Cell{}, `mass is "0x10", want a number, or nothing for a missing value.`},
		{"category", colCategory, "Biscoe", table.Str("Biscoe"), ""},
		{"category that looks like a number", colCategory, "007", table.Str("007"), ""},
		{"text keeps its spaces", colText, " a ", table.Str(" a "), ""},
		{"text too long", colText, long, table.Cell{}, "note has more than a million bytes. Shorten it."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cellOf(tt.col, tt.text)
			if tt.err != "" {
				if err == nil || fault.Message(err) != tt.err {
					t.Fatalf("cellOf(%s, %.20q) = %v, want the error %q", tt.col.Name, tt.text, err, tt.err)
				}
				return
			}
			if err != nil || got.String() != tt.want.String() || (got.Number == nil) != (tt.want.Number == nil) || got.Missing() != tt.want.Missing() {
				t.Errorf("cellOf(%s, %q) = %+v, %v, want %+v", tt.col.Name, tt.text, got, err, tt.want)
			}
		})
	}
}

func TestCellsOf(t *testing.T) {
	schema := table.Schema{colNumber, colCategory, colText}
	cells, wrong := cellsOf(schema, []string{"1", "", "x"})
	if len(wrong) != 0 || cells[0].String() != "1" || !cells[1].Missing() || cells[2].String() != "x" {
		t.Errorf("cellsOf = %v, %v, want 1, missing, x", cells, wrong)
	}
	if _, wrong = cellsOf(schema, []string{"a", "b", ""}); len(wrong) != 1 || !strings.Contains(wrong[0], "want a number") {
		t.Errorf("wrong = %v, want column 0 alone", wrong)
	}
	if _, wrong = cellsOf(schema, []string{"", "NA", " "}); wrong[0] != "The row is empty. Give at least one value." {
		t.Errorf("wrong of an empty row = %v", wrong)
	}
	texts := textsOf([]table.Cell{table.Num(1e6), {}, table.Str("x")}, 3)
	if got := strings.Join(texts, "|"); got != "1000000||x" {
		t.Errorf("textsOf = %q, want 1000000||x", got)
	}
}

func TestEditQueue(t *testing.T) {
	row := wire.Row{ID: 7, Cells: []table.Cell{table.Num(1), table.Num(2)}}
	other := wire.Row{ID: 8, Cells: []table.Cell{table.Num(3), table.Num(4)}}
	var q editQueue
	if !q.put(cellWrite{Dataset: "d", Seen: 5, Row: row, Column: 0, Name: "a", Cell: table.Num(10)}) {
		t.Error("put on an empty queue = false, want true: it is to be sent now")
	}
	if q.put(cellWrite{Dataset: "d", Seen: 5, Row: row, Column: 1, Name: "b", Cell: table.Num(20)}) {
		t.Error("put on a busy queue = true, want false")
	}
	q.put(cellWrite{Dataset: "d", Seen: 5, Row: other, Column: 0, Name: "a", Cell: table.Num(30)})
	next := q.took(6, nil)
	if next == nil || next.Row.Cells[0].String() != "10" || next.Seen != 6 || next.edits().Cells[0].Cell.String() != "20" || next.edits().Cells[0].Column != "b" {
		t.Fatalf("second change of the row = %+v, want b 20 of a row that has seen a 10", next)
	}
	if row.Cells[0].String() != "1" {
		t.Error("the queue changed the caller's row")
	}
	next = q.took(0, errors.New("no"))
	if next == nil || next.edits().Seen != 5 || next.edits().Cells[0].Row != 8 || next.edits().Cells[0].Cell.String() != "30" {
		t.Fatalf("change of another row = %+v, want 30 of what was seen in version 5", next)
	}
	if next = q.took(7, nil); next != nil {
		t.Errorf("took the last = %+v, want none", next)
	}

	q = editQueue{}
	q.put(cellWrite{Dataset: "d", Seen: 5, Row: row, Column: 0, Name: "a", Cell: table.Num(10)})
	q.put(cellWrite{Dataset: "d", Seen: 5, Row: row, Column: 1, Name: "b", Cell: table.Num(20)})
	if next = q.took(0, errors.New("refused")); next.Seen != 5 || next.Row.Cells[0].String() != "1" {
		t.Errorf("after a refused change the next is %+v, want the row as it was", next)
	}
}

func TestUpload(t *testing.T) {
	at := func(s float64) time.Time {
		return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC).Add(time.Duration(s * float64(time.Second)))
	}
	var u upload
	if u.busy() || u.words() != "" {
		t.Errorf("zero upload: busy %v, words %q", u.busy(), u.words())
	}
	u.cancel() // of nothing: harmless
	u.start("a.csv", 1000, false, at(0))
	if got := u.words(); got != "0 B of 1 kB sent" {
		t.Errorf("words at the start = %q: a rate is not known yet", got)
	}
	u.move(0, 10_000_000, at(0))
	u.move(2_000_000, 10_000_000, at(1))
	if got, want := u.words(), "2 MB of 10 MB sent, 2 MB/s, 4 s left"; got != want {
		t.Errorf("words = %q, want %q", got, want)
	}
	for i := range 40 { // slower later: the rate is that of the last seconds
		u.move(2_000_000+int64(i)*100_000, 10_000_000, at(1+float64(i)/10*2))
	}
	if got := u.rate(); got < 450_000 || got > 550_000 {
		t.Errorf("rate = %v, want about 500,000: old marks must not count", got)
	}
	u.move(10_000_000, 10_000_000, at(20))
	if u.State != uploadReading || !strings.HasPrefix(u.words(), "All 10 MB sent.") || !u.busy() {
		t.Errorf("all sent: state %v, words %q", u.State, u.words())
	}
	u.move(5, 10, at(21))
	if u.State != uploadReading || u.Sent != 10_000_000 {
		t.Errorf("late progress changed a finished upload: %+v", u)
	}
	u.done(nil)
	if u.busy() || u.State != uploadNone {
		t.Errorf("done: %+v, want none", u)
	}
}

func TestUploadEnds(t *testing.T) {
	canceled := fault.Newf(fault.Canceled, "The upload was stopped. Nothing was kept.")
	for _, tt := range []struct {
		name  string
		stop  bool
		err   error
		want  uploadState
		words string
	}{
		{"kept", false, nil, uploadNone, ""},
		{"stopped by the user", true, canceled, uploadNone, ""},
		{"stopped too late", true, nil, uploadNone, ""},
		{"broken off on the way", false, canceled, uploadFailed, "The upload was stopped. Nothing was kept."},
		{"refused", false, &fault.Error{Code: fault.Invalid, Line: 3, Msg: "Line 3 has 2 fields, the header has 3."}, uploadFailed, "Line 3 has 2 fields, the header has 3."},
		{"stopped, but refused before", true, fault.Newf(fault.TooLarge, "The file is larger than the limit of 4000 MB."), uploadFailed, "The file is larger than the limit of 4000 MB."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var u upload
			u.start("a.csv", 10, false, time.Time{})
			if tt.stop {
				u.cancel()
				u.cancel()
				select {
				case <-u.end:
				default:
					t.Error("cancel did not tell the request")
				}
				if u.State != uploadStopping || !u.busy() {
					t.Errorf("state = %v, want stopping", u.State)
				}
			}
			u.done(tt.err)
			if u.State != tt.want || u.words() != tt.words {
				t.Errorf("done(%v) = %v %q, want %v %q", tt.err, u.State, u.words(), tt.want, tt.words)
			}
		})
	}
}

func TestMeter(t *testing.T) {
	var m meter
	if !m.put(1, 10) || m.put(5, 10) {
		t.Error("put = false then true, want true for the first alone")
	}
	if sent, total := m.take(); sent != 5 || total != 10 {
		t.Errorf("take = %d, %d, want the newest, 5 of 10", sent, total)
	}
	if !m.put(7, 10) {
		t.Error("put after take = false, want true")
	}
}

func TestUploadPauses(t *testing.T) {
	var u upload
	u.pause(true, time.Time{}) // of nothing: harmless
	u.start("a.csv", 100, false, time.Time{})
	u.control = client.NewControl()
	state := func() client.ControlState { s, _ := u.control.State(); return s }
	u.move(50, 100, time.Time{}.Add(time.Second))
	u.pause(true, time.Time{})
	if u.State != uploadPaused || state() != client.Paused || !u.busy() {
		t.Errorf("paused: %+v, control %v", u, state())
	}
	u.move(60, 100, time.Time{}) // late
	u.wait(true, time.Time{})
	if u.State != uploadPaused || u.Sent != 50 {
		t.Errorf("while paused: %+v", u)
	}
	u.pause(false, time.Time{}.Add(time.Hour))
	if u.State != uploadSending || state() != client.Going || u.rate() != 0 {
		t.Errorf("going on: %+v, rate %v: the pause must not count", u, u.rate())
	}
	u.wait(true, time.Time{})
	if u.State != uploadWaiting || !strings.Contains(u.words(), "goes on by itself") {
		t.Errorf("away: %v %q", u.State, u.words())
	}
	u.wait(false, time.Time{})
	if u.State != uploadSending {
		t.Errorf("back: %v", u.State)
	}
	u.leave()
	if state() != client.Left {
		t.Errorf("left: %v: what was sent must stay", state())
	}
}

func TestTableName(t *testing.T) {
	for file, want := range map[string]string{
		"penguins.csv": "penguins", "a.b.TSV": "a.b", `C:\data\x.txt`: "x", "dir/y.csv": "y", "noend": "noend", ".csv": "table", "": "table", "  .csv": "table", "data.zip": "data", "t.csv.gz": "t", "x.parquet": "x", "a.csv.parquet": "a.csv", "y.NDJSON.zst": "y",
	} {
		if got := tableName(file); got != want {
			t.Errorf("tableName(%q) = %q, want %q", file, got, want)
		}
	}
}

func TestPickVersion(t *testing.T) {
	versions := []wire.Dataset{{Name: "x", Version: 3, Newest: 3}, {Name: "x", Version: 2, Newest: 3}, {Name: "x", Version: 1, Newest: 3}}
	for _, tt := range []struct{ n, want int }{{0, 3}, {3, 3}, {1, 1}} {
		if got, err := pickVersion(versions, tt.n); err != nil || got.Version != tt.want {
			t.Errorf("pickVersion(%d) = %d, %v, want %d", tt.n, got.Version, err, tt.want)
		}
	}
	if _, err := pickVersion(versions, 9); fault.Message(err) != "x has no version 9; its newest is 3." || fault.CodeOf(err) != fault.NotFound {
		t.Errorf("pickVersion(9) = %v", err)
	}
	if _, err := pickVersion(nil, 0); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("pickVersion of none = %v, want not found", err)
	}
	for text, want := range map[string]int{"": 0, "4": 4, "-1": 0, "x": 0} {
		if got := versionOf(text); got != want {
			t.Errorf("versionOf(%q) = %d, want %d", text, got, want)
		}
	}
	if got := place(versions[0]); got != "dataset=" {
		t.Errorf("place of the newest = %q, want no version in it", got)
	}
	if got := place(wire.Dataset{ID: "a b", Version: 1, Newest: 2}); got != "dataset=a+b&version=1" {
		t.Errorf("place = %q", got)
	}
}

func TestFirstOf(t *testing.T) {
	sets := []wire.Dataset{{ID: "new"}, {ID: "old"}}
	for last, want := range map[string]string{"old": "old", "gone": "new", "": "new"} {
		if got := firstOf(sets, last); got != want {
			t.Errorf("firstOf(%q) = %q, want %q", last, got, want)
		}
	}
	if got := firstOf(nil, "old"); got != "" {
		t.Errorf("firstOf without datasets = %q, want none", got)
	}
}

func TestPlaced(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"words name the line", &fault.Error{Line: 214, Msg: "Line 214 has 5 fields, the header has 6. Correct the line, then try again."}, "Line 214 has 5 fields, the header has 6. Correct the line, then try again."},
		{"words name the line inside", &fault.Error{Line: 9, Msg: "A quote opened in the record that begins on line 9 is never closed."}, "A quote opened in the record that begins on line 9 is never closed."},
		{"words name the column only", &fault.Error{Line: 1, Column: 2, Msg: "Column 2 has no name in the header."}, "Line 1: Column 2 has no name in the header."},
		{"words name neither", &fault.Error{Line: 3, Column: 4, Msg: "This is no number."}, "Line 3, column 4: This is no number."},
		{"no place", &fault.Error{Msg: "The file is empty."}, "The file is empty."},
		{"foreign", errors.New("x"), "Something went wrong on our side."},
		{"wrapped", fault.Wrap("op", &fault.Error{Line: 3, Msg: "No."}), "Line 3: No."},
	} {
		if got := placed(tt.err); got != tt.want {
			t.Errorf("%s: placed = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDataWords(t *testing.T) {
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	set := wire.Dataset{Name: "x", Version: 5, Newest: 5, Rows: 1234, Change: "row 12 deleted", Updated: now.Add(-3 * time.Minute)}
	if got := changeWords(set); got != "Row 12 deleted, version 5" {
		t.Errorf("changeWords = %q", got)
	}
	if got := versionWords(set, now); got != "Version 5: row 12 deleted, 3 min ago" {
		t.Errorf("versionWords = %q", got)
	}
	if got := deleteWords(set); !strings.HasPrefix(got, "Its 1,234 rows and all 5 versions go for good.") {
		t.Errorf("deleteWords = %q", got)
	}
	if got := deleteWords(wire.Dataset{Rows: 1, Newest: 1}); !strings.HasPrefix(got, "Its 1 row goes for good.") {
		t.Errorf("deleteWords of one row = %q", got)
	}
	lo, hi := 2.5, 20100.
	for _, tt := range []struct {
		col  table.Column
		want string
	}{
		{table.Column{Kind: table.Number, Min: &lo, Max: &hi, Missing: 3}, "2.5 to 20.1k, 3 missing"},
		{table.Column{Kind: table.Number}, "no numbers, none missing"},
		{table.Column{Kind: table.Category, Distinct: 3}, "3 different, none missing"},
		{table.Column{Kind: table.Text, Distinct: table.MaxLevels + 1}, "more than 1,000 different, none missing"},
	} {
		if got := columnFacts(tt.col); got != tt.want {
			t.Errorf("columnFacts(%+v) = %q, want %q", tt.col, got, tt.want)
		}
	}
	set.Schema = table.Schema{colNumber, {Name: "l", Kind: table.Category, Role: table.Label, Missing: 617}}
	if got := strings.Join(hints(set), "|"); got != "number|category, label, 50.0 % missing" {
		t.Errorf("hints = %q", got)
	}
	if _, err := nameOf("  "); fault.Message(err) != "Give it a name." {
		t.Errorf("nameOf of nothing = %v", err)
	}
	if _, err := nameOf(strings.Repeat("n", 201)); err == nil {
		t.Error("nameOf of 201 bytes = nil, want an error")
	}
	if got, err := nameOf(" a "); got != "a" || err != nil {
		t.Errorf("nameOf = %q, %v", got, err)
	}
}

func TestColumnPatch(t *testing.T) {
	for _, tt := range []struct {
		name string
		col  table.Column
		kind table.Kind
		role table.Role
		want wire.ColumnChange
	}{
		{"kind", colNumber, table.Category, "", wire.ColumnChange{Name: "mass", Kind: table.Category}},
		{"a feature becomes text", colCategory, table.Text, "", wire.ColumnChange{Name: "island", Kind: table.Text, Role: table.Ignored}},
		{"a label becomes text", table.Column{Name: "l", Role: table.Label}, table.Text, "", wire.ColumnChange{Name: "l", Kind: table.Text}},
		{"role", colNumber, "", table.Label, wire.ColumnChange{Name: "mass", Role: table.Label}},
	} {
		if got := columnPatch(tt.col, tt.kind, tt.role); got != tt.want {
			t.Errorf("%s: columnPatch = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestColumnsShown(t *testing.T) {
	var schema table.Schema
	for range columnsListed {
		schema = append(schema, table.Column{Name: "mass"})
	}
	schema = append(schema, table.Column{Name: "Island"})
	for _, tt := range []struct {
		filter      string
		all         bool
		shown, most int
	}{{"", false, columnsListed, columnsListed + 1}, {"", true, columnsListed + 1, columnsListed + 1}, {"isl", false, 1, 1}, {"x", false, 0, 0}} {
		shown, found := columnsShown(schema, tt.filter, tt.all)
		if len(shown) != tt.shown || found != tt.most {
			t.Errorf("columnsShown(%q, %v) = %d of %d, want %d of %d", tt.filter, tt.all, len(shown), found, tt.shown, tt.most)
		}
	}
	if shown, _ := columnsShown(schema, "ISL", false); shown[0] != columnsListed {
		t.Errorf("found column %d, want the last", shown[0])
	}
}

// TestDataStates looks for what each state of the page must say.
func TestDataStates(t *testing.T) {
	lo, hi := 1., 2.
	set := wire.Dataset{ID: "i", Name: "penguins", Version: 2, Newest: 2, Rows: 344, Bytes: 15_200, Change: "row 12 edited",
		Schema: table.Schema{{Name: "mass", Kind: table.Number, Role: table.Feature, Min: &lo, Max: &hi, Missing: 2}, {Name: "island", Kind: table.Category, Role: table.Label, Distinct: 3}}}
	old := set
	old.Version, old.Change = 1, "uploaded"
	samples := []wire.SampleData{{Name: "iris", Title: "Iris", Rows: 150, Source: "UCI", Licence: "CC BY 4.0"}}
	full := func() *Data {
		s := set
		return &Data{loaded: true, sets: []wire.Dataset{set}, samples: samples, set: &s, versions: []wire.Dataset{set, old}}
	}
	for _, tt := range []struct {
		name string
		page *Data
		want []string
		not  []string
	}{
		{"loading", &Data{}, []string{`aria-busy`, "Loading"}, []string{"No data yet"}},
		{"offline", &Data{loaded: true, loadErr: fault.Newf(fault.Unavailable, "The server can't be reached.")}, []string{"The server can&#39;t be reached.", "Try again", "models on this device still predict"}, []string{"No data yet"}},
		{"error", &Data{loaded: true, loadErr: fault.Newf(fault.Internal, "Broken.")}, []string{"Broken.", "Try again"}, []string{"still predict"}},
		{"empty", &Data{loaded: true, samples: samples}, []string{"No data yet", "Choose a file", "Paste a table", "sample-iris", "150 rows", "CC BY 4.0"}, []string{"Train on this"}},
		{"opening", &Data{loaded: true, sets: []wire.Dataset{set}, opening: "i"}, []string{"Datasets", "Loading"}, []string{"Train on this"}},
		{"gone", &Data{loaded: true, sets: []wire.Dataset{set}, opening: "j", openErr: fault.Newf(fault.NotFound, "This dataset is gone.")}, []string{"This dataset is gone."}, []string{"Train on this"}},
		{"full", full(), []string{"344 rows, 2 columns, 15.2 kB uploaded. Row 12 edited, version 2", `href="/train#dataset=i"`, `href="/explore#dataset=i"`,
			`href="/api/v1/datasets/i/download?format=csv&version=2"`, `download="penguins.csv"`, `download="penguins.parquet"`, `download="penguins.arrow"`, `download="penguins.ndjson"`, "Version 1: uploaded", "mass is read as", "1 to 2, 2 missing", "3 different"}, []string{"Back to version"}},
		{"older", func() *Data { d := full(); d.set.Version = 1; return d }(), []string{"This is version 1 of 2: it can be read, but not changed.", "Back to version 2", `href="/explore#dataset=i&version=1"`}, nil},
		{"failed upload", func() *Data {
			d := full()
			d.up = upload{State: uploadFailed, Name: "bad.csv", Err: &fault.Error{Code: fault.Invalid, Line: 3, Msg: "Line 3 has 2 fields, the header has 3. Correct the line, then try again."}}
			return d
		}(), []string{"bad.csv was not kept", "Line 3 has 2 fields, the header has 3. Correct the line, then try again.", "Choose another file"}, []string{"Line 3: Line 3"}},
		{"uploading", func() *Data {
			d := full()
			d.up = upload{State: uploadSending, Name: "big.csv", Sent: 50, Total: 200}
			return d
		}(), []string{"Uploading big.csv", "50 B of 200 B sent", `value="25.0"`, "upload-stop"}, nil},
		{"paused", func() *Data {
			d := full()
			d.up = upload{State: uploadPaused, Name: "big.csv", Sent: 50, Total: 200, control: client.NewControl()}
			return d
		}(), []string{"Paused. 50 B of 200 B are on the server, and stay for a day.", "Go on", "pauses it: choose the file again"}, []string{"stops it."}},
		{"unfinished", func() *Data {
			d := full()
			d.rests = []wire.Upload{{ID: "U", Name: "big.csv", Size: 200, Offset: 50, Expires: time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)}}
			return d
		}(), []string{"Unfinished uploads", "50 B of 200 B are on the server.", `aria-label="Choose big.csv again to go on"`}, nil},
		{"mixed", func() *Data {
			d := full()
			d.set.Schema[1].Kind = table.Text
			d.set.Schema[1].Forms = []table.Form{{Form: table.FormNumber, Rows: 342, First: []int64{0, 1, 2}, Example: "1"}, {Form: table.FormText, Rows: 2, First: []int64{7, 9}, Example: "none"}}
			return d
		}(), []string{"Written in several ways: 342 as numbers; 2 as texts, such as “none” in row 7.", "Read as numbers, 2 as missing"}, nil},
		{"reading", func() *Data {
			d := full()
			d.up = upload{State: uploadReading, Name: "big.csv", Sent: 200, Total: 200}
			return d
		}(), []string{"The server reads the table"}, []string{`value="100.0"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.page.now = func() time.Time { return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC) }
			html := app.HTMLString(tt.page.Render())
			for _, want := range tt.want {
				if !strings.Contains(html, want) {
					t.Errorf("the page lacks %q:\n%s", want, html)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(html, not) {
					t.Errorf("the page has %q, want it not", not)
				}
			}
			if tt.name != "older" {
				return
			}
			if !strings.Contains(html, `disabled`) {
				t.Error("an older version's columns can be changed")
			}
		})
	}
}

func TestDataTake(t *testing.T) {
	one := wire.Dataset{ID: "a", Name: "x", Version: 1, Newest: 1, Rows: 2}
	d := &Data{sets: []wire.Dataset{one, {ID: "b", Version: 1, Newest: 1}}, set: &one, versions: []wire.Dataset{one}}
	if !d.shows("a") || d.shows("b") || d.older() {
		t.Error("shows or older is wrong about the newest version of a")
	}
	two := wire.Dataset{ID: "a", Name: "x", Version: 2, Newest: 2, Rows: 1, Change: "row 0 deleted"}
	if d.take(two) {
		t.Error("take(2) after 1 = true, want no gap")
	}
	if d.set.Version != 2 || len(d.versions) != 2 || d.versions[0].Version != 2 || d.versions[1].Newest != 2 || d.sets[0].Rows != 1 {
		t.Errorf("after a change: set %+v, versions %+v, list %+v", d.set, d.versions, d.sets)
	}
	d.take(wire.Dataset{ID: "a", Name: "x", Version: 1, Newest: 1, Rows: 2})
	if d.set.Version != 2 || len(d.versions) != 2 || d.sets[0].Version != 2 {
		t.Errorf("an answer that was overtaken is shown: %+v", d.set)
	}
	renamed := two
	renamed.Name = "y"
	if d.take(renamed); d.set.Name != "y" || d.versions[1].Name != "y" || d.sets[0].Name != "y" || len(d.versions) != 2 {
		t.Errorf("after a new name: %+v, %+v", d.set, d.versions)
	}
	if d.take(wire.Dataset{ID: "b", Version: 7, Newest: 7}) || d.set.ID != "a" || d.sets[1].Version != 7 {
		t.Error("a change of another dataset must be noted in the list alone")
	}
	if !d.take(wire.Dataset{ID: "a", Name: "y", Version: 9, Newest: 9}) {
		t.Error("take(9) after 2 = false, want a gap")
	}
	old := *d.set
	old.Version = 1
	if d.set = &old; !d.older() {
		t.Error("version 1 of 9 is not older")
	}
	if d.take(wire.Dataset{ID: "a", Name: "z", Version: 10, Newest: 10}) || d.set.Version != 1 || d.set.Name != "z" || d.set.Newest != 10 {
		t.Errorf("while version 1 is read: %+v, want version 1 of 10, called z", d.set)
	}
}
