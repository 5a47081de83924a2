package page

import (
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestMergeModels(t *testing.T) {
	at := func(min int) time.Time { return time.Date(2026, 11, 23, 20, min, 0, 0, time.UTC) }
	server := []wire.ModelInfo{{ID: "a", Name: "renamed", Created: at(1)}, {ID: "b", Created: at(3)}}
	device := []*model.Model{{ID: "a", Name: "old name", Created: at(1)}, {ID: "c", Created: at(2)}}
	got := mergeModels(server, device)
	want := []struct {
		id             string
		server, device bool
	}{{"b", true, false}, {"c", false, true}, {"a", true, true}}
	if len(got) != len(want) {
		t.Fatalf("mergeModels = %v", got)
	}
	for i, w := range want {
		if got[i].ID != w.id || got[i].Server != w.server || got[i].Device != w.device {
			t.Errorf("line %d = %+v, want %+v", i, got[i], w)
		}
	}
	if got[2].Name != "renamed" {
		t.Errorf("name = %q, want the server's", got[2].Name)
	}
}

func TestInfoOf(t *testing.T) {
	i := infoOf(testModel(prep.Drop))
	if i.K != 2 || i.Rows != 30 || i.Inertia != 17 || i.Silhouette == nil || *i.Silhouette != .5 || i.DataName != "penguins" || i.Version != 2 {
		t.Errorf("infoOf = %+v", i)
	}
}

func TestCards(t *testing.T) {
	cards := cardsOf(testModel(prep.Drop))
	if len(cards) != 2 || cards[0].Share != 2./3 {
		t.Fatalf("cardsOf = %+v", cards)
	}
	// Means of all rows, weighted by size: bill -1/3, Biscoe .4333, mass -1/3 in the prepared space.
	c := cards[1]
	if len(c.Apart) != 3 || c.Apart[0].Name != "island" || c.Apart[0].Level != "Biscoe" || c.Apart[0].Apart <= 0 {
		t.Errorf("what sets cluster 1 apart = %+v, want island (Biscoe) first", c.Apart)
	}
	bill := c.Center[0]
	if bill.Mine != 45 || bill.All < 38.3 || bill.All > 38.4 {
		t.Errorf("bill = %+v, want 45 against 38.33", bill)
	}
	if cards[0].Center[2].Apart >= 0 {
		t.Errorf("mass of cluster 0 = %+v, want below all rows", cards[0].Center[2])
	}
}
