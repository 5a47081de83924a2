package store_test

import (
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func TestUsers(t *testing.T) {
	s, _ := mustOpen(t)
	ctx := t.Context()
	carl := auth.User{ID: "carl", Name: "Çarl", Email: "c@example.org", Password: "h", Created: noon.Add(time.Millisecond)}
	must(t, s.AddUser(ctx, carl))
	for _, name := range []string{"Çarl", "çarl", "ÇARL"} {
		got, err := s.UserByName(ctx, name)
		must(t, err)
		equal(t, "UserByName("+name+")", got, carl)
	}
	got, err := s.User(ctx, "carl")
	must(t, err)
	equal(t, "User()", got, carl)
	code(t, "AddUser() of a name in other letters", s.AddUser(ctx, auth.User{ID: "x", Name: "ann"}), fault.Conflict)
	if err := s.AddUser(ctx, auth.User{ID: "ann", Name: "other"}); err == nil {
		t.Error("AddUser() of a known id went through")
	}
	all, err := s.Users(ctx)
	must(t, err)
	var names []string
	for _, u := range all {
		names = append(names, u.Name)
	}
	equal(t, "Users()", names, []string{"ANN", "BOB", "Çarl"})

	_, err = s.User(ctx, "nobody")
	code(t, "User()", err, fault.NotFound)
	_, err = s.UserByName(ctx, "nobody")
	code(t, "UserByName()", err, fault.NotFound)
	code(t, "SetPassword()", s.SetPassword(ctx, "nobody", "h", ""), fault.NotFound)
	code(t, "DeleteUser()", s.DeleteUser(ctx, "nobody"), fault.NotFound)
}

func token(id, user string, session bool, created, expires time.Time) auth.Token {
	return auth.Token{Hash: [32]byte([]byte(id + "                                ")[:32]), ID: id, User: user, Name: "n " + id, Session: session, Created: created, Used: created, Expires: expires}
}

func TestTokens(t *testing.T) {
	s, path := mustOpen(t)
	ctx := t.Context()
	hour := noon.Add(time.Hour)
	a, b := token("a", "ann", true, noon, hour), token("b", "ann", false, noon.Add(time.Minute), hour)
	old, other := token("old", "ann", true, noon.Add(-time.Hour), noon), token("other", "bob", true, noon, hour)
	for _, tok := range []auth.Token{old, other, a, b} {
		must(t, s.AddToken(ctx, tok))
	}
	if n := count(t, path, "token"); n != 3 {
		t.Errorf("%d tokens, want 3: a user's expired ones go when one is added", n)
	}
	got, err := s.Token(ctx, a.Hash)
	must(t, err)
	equal(t, "Token()", got, a)
	list, err := s.Tokens(ctx, "ann")
	must(t, err)
	for i := range list {
		list[i].Hash = [32]byte{}
	}
	b0, a0 := b, a
	a0.Hash, b0.Hash = [32]byte{}, [32]byte{}
	equal(t, "Tokens()", list, []auth.Token{b0, a0})

	must(t, s.UseToken(ctx, "a", hour, hour.Add(time.Hour)))
	if got, _ := s.Token(ctx, a.Hash); !got.Used.Equal(hour) || !got.Expires.Equal(hour.Add(time.Hour)) {
		t.Errorf("Token() after a use = %+v", got)
	}
	code(t, "DeleteToken() by another", s.DeleteToken(ctx, "bob", "a"), fault.NotFound)
	must(t, s.DeleteToken(ctx, "ann", "b"))
	_, err = s.Token(ctx, b.Hash)
	code(t, "Token() that was deleted", err, fault.NotFound)
	if err := s.AddToken(ctx, token("x", "nobody", true, noon, hour)); err == nil {
		t.Error("AddToken() for nobody went through")
	}

	must(t, s.AddToken(ctx, b))
	must(t, s.DeleteSessions(ctx, "ann"))
	_, err = s.Token(ctx, a.Hash)
	code(t, "a session after DeleteSessions()", err, fault.NotFound)
	_, err = s.Token(ctx, b.Hash)
	code(t, "a program's token after DeleteSessions()", err, "")
	_, err = s.Token(ctx, other.Hash)
	code(t, "another's session after DeleteSessions()", err, "")
}

func TestSetPassword(t *testing.T) {
	s, _ := mustOpen(t)
	ctx, hour := t.Context(), noon.Add(time.Hour)
	for _, tok := range []auth.Token{token("a", "ann", true, noon, hour), token("b", "ann", false, noon, hour), token("c", "bob", true, noon, hour)} {
		must(t, s.AddToken(ctx, tok))
	}
	must(t, s.SetPassword(ctx, "ann", "next", "a"))
	if u, err := s.User(ctx, "ann"); err != nil || u.Password != "next" {
		t.Errorf("User() = %+v, %v", u, err)
	}
	for id, want := range map[string]fault.Code{"a": "", "b": fault.NotFound, "c": ""} {
		_, err := s.Token(ctx, token(id, "", false, noon, noon).Hash)
		code(t, "Token("+id+")", err, want)
	}
}

// TestDeleteUser takes all of the user along, and nothing of others.
func TestDeleteUser(t *testing.T) {
	s, path := mustOpen(t)
	ctx := t.Context()
	for _, owner := range []string{"ann", "bob"} {
		must(t, s.AddToken(ctx, token("t"+owner, owner, true, noon, noon.Add(time.Hour))))
		must(t, s.AddDataset(ctx, record("d"+owner, owner), version(1)))
		must(t, s.AddVersion(ctx, record("d"+owner, owner), version(2), []dataset.Patch{{Row: 1}}))
		must(t, s.AddModel(ctx, owner, wire.ModelInfo{ID: "m" + owner}, []byte("body")))
		must(t, s.SetLabels(ctx, owner, "m"+owner, chunks(1)))
	}
	must(t, s.DeleteUser(ctx, "ann"))
	for table, want := range map[string]int{"user": 1, "token": 1, "dataset": 1, "dataset_version": 2, "dataset_patch": 1, "dataset_file": 1, "model": 1, "model_file": 1, "model_label": 1} {
		if n := count(t, path, table); n != want {
			t.Errorf("%s has %d rows, want %d", table, n, want)
		}
	}
}
