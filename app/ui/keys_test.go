package ui

import "testing"

func TestKeys(t *testing.T) {
	type press struct {
		key string
		at  float64
	}
	for _, tt := range []struct {
		name string
		keys []press
		c    command // of the last key
		path string
	}{
		{"search", []press{{"/", 0}}, searchCommand, ""},
		{"help", []press{{"?", 0}}, helpCommand, ""},
		{"close", []press{{"Escape", 0}}, closeCommand, ""},
		{"a letter alone", []press{{"d", 0}}, noCommand, ""},
		{"g waits", []press{{"g", 0}}, noCommand, ""},
		{"g d", []press{{"g", 0}, {"d", 900}}, goCommand, "/data"},
		{"g e", []press{{"g", 0}, {"e", 1500}}, goCommand, "/explore"},
		{"g t", []press{{"g", 0}, {"t", 1}}, goCommand, "/train"},
		{"g p", []press{{"g", 0}, {"p", 1}}, goCommand, "/predict"},
		{"g g m", []press{{"g", 0}, {"g", 1400}, {"m", 2800}}, goCommand, "/models"},
		{"too late", []press{{"g", 0}, {"d", 1501}}, noCommand, ""},
		{"something else in between", []press{{"g", 0}, {"x", 1}, {"d", 2}}, noCommand, ""},
		{"once only", []press{{"g", 0}, {"d", 1}, {"e", 2}}, noCommand, ""},
		{"g /", []press{{"g", 0}, {"/", 1}}, searchCommand, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var k keys
			var c command
			var path string
			for _, p := range tt.keys {
				c, path = k.Press(p.key, p.at)
			}
			if c != tt.c || path != tt.path {
				t.Errorf("Press = %v, %q, want %v, %q", c, path, tt.c, tt.path)
			}
		})
	}
}

// Every key in the list of keys that goes somewhere does, and the other way round.
func TestHelpIsWhole(t *testing.T) {
	listed := map[string]bool{}
	for _, h := range help {
		listed[h[0]] = true
	}
	for key, path := range places {
		if !listed["g "+key] {
			t.Errorf("help does not list %q, which goes to %s", "g "+key, path)
		}
	}
	for _, e := range entries {
		found := false
		for _, path := range places {
			found = found || path == e.Href
		}
		if !found {
			t.Errorf("no key goes to %s", e.Href)
		}
	}
}

func TestNextTheme(t *testing.T) {
	for from, want := range map[string]string{"auto": "light", "light": "dark", "dark": "auto", "": "light"} {
		if got := nextTheme(from); got != want {
			t.Errorf("nextTheme(%q) = %q, want %q", from, got, want)
		}
	}
}
