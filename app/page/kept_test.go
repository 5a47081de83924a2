package page

import (
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func twoKept() []wire.Persisted {
	return []wire.Persisted{
		{ID: "A", Words: []string{"SELECT *\n  FROM birds"}, Of: []wire.Parent{{Dataset: "B", Version: 1, Name: "birds"}, {Dataset: "C", Version: 2, Name: "seas"}},
			Level: wire.MemoryAndDisk, At: wire.Disk, Rows: 12_345, Bytes: 12_000_000, Made: time.Now().Add(-3 * time.Minute)},
		{ID: "D", Words: []string{"table birds, version 3", "filter x > 0"}, Level: wire.Memory, At: wire.Memory, Rows: 1, Bytes: 500, Made: time.Now()},
	}
}

func TestKept(t *testing.T) {
	k := &kept{Sets: []wire.Dataset{{ID: "B", Newest: 3}, {ID: "C", Newest: 2}}}
	html, ctx := form(t, k)
	has := func(when string, parts ...string) {
		t.Helper()
		h := html()
		for _, part := range parts {
			if not, ok := strings.CutPrefix(part, "!"); ok == strings.Contains(h, not) {
				t.Errorf("%s: %s, in %s", when, part, h)
			}
		}
	}
	has("while it loads", `skeleton`, `!kept-none`, `!kept-form`)
	k.take(nil, fault.Newf(fault.Unavailable, "The server is away."))
	has("without the server", `The server is away.`, `Try again`, `!skeleton`)
	k.take([]wire.Persisted{}, nil)
	has("nothing", `Nothing is kept.`, `!kept-table`, `!Try again`)
	k.Query = "SELECT 1"
	has("an answer", `id="kept-keep"`, `On disk when the memory is needed`, `!id="kept-level-err"`)
	k.done(ctx, wire.Persisted{}, fault.Newf(fault.TooLarge, "Too many rows."))
	has("refused", `id="kept-level-err"`, `Too many rows.`)
	k.take(twoKept(), nil)
	has("two", `2 answers, 12 MB`, `SELECT * FROM birds`, `birds, version 1 of 3; seas, version 2`, `Memory and disk, now on disk`, `12,345`, `>12 MB<`, `3 min ago`,
		`table birds, version 3, then filter x &gt; 0`, `>Memory<`, `500 B`, `aria-label="Let go: SELECT * FROM birds"`)
	k.going = "A"
	k.gone(ctx, twoKept()[0], fault.Newf(fault.Unavailable, "The server is away."))
	has("not let go", `The server is away.`, `2 answers`)
	k.going = "A"
	k.gone(ctx, twoKept()[0], fault.Newf(fault.NotFound, "Nothing is persisted under this id."))
	has("gone by itself", `1 answer, 500 B`, `!SELECT * FROM birds`, `>1</td>`)
	if k.going != "" {
		t.Error("nothing else can be let go")
	}
}
