// Package centroid_test holds the rule of who may import whom. The arrows are
// those of the README's map of packages.
package centroid_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/centroid-studio/centroid/"

// arrows says what each part may import besides the standard library: a prefix
// of our own tree (no dot in its first element) or of a foreign module.
var arrows = map[string][]string{
	"shared/": {"shared/", "golang.org/x/sys/cpu"},
	"app":     {"app", "shared/", "github.com/maxence-charriere/go-app/v9"},
	"wasm":    {"app", "shared/", "github.com/maxence-charriere/go-app/v9"},
	"web":     {},
	// The server may use what go.mod names, but of our own only these.
	"server": {"server", "shared/", "app", "web", "*"},
}

// siblings may not import one another: only package main joins them.
var siblings = []string{"server/engine/", "server/job/sqlitejob", "server/store", "server/hub"}

func TestImports(t *testing.T) {
	for _, goos := range []string{"linux", "js"} {
		for pkg, imports := range list(t, goos) {
			part, allowed := rule(pkg)
			if part == "" {
				t.Errorf("%s lies in no known part of the tree", pkg)
				continue
			}
			for _, imp := range imports {
				if !permitted(imp, allowed) {
					t.Errorf("GOOS=%s: %s imports %s; %s may import %v and the standard library", goos, pkg, imp, part, allowed)
				}
				if strings.HasPrefix(imp, "server") && isSibling(pkg) && isSibling(imp) && sibling(pkg) != sibling(imp) {
					t.Errorf("%s imports its sibling %s; only package main joins them", pkg, imp)
				}
				if part == "shared/" && (imp == "os" || imp == "net/http" || imp == "net") {
					t.Errorf("%s imports %s; shared touches no disk and no network", pkg, imp)
				}
			}
		}
	}
}

func list(t *testing.T, goos string) map[string][]string {
	t.Helper()
	arch, patterns := "amd64", []string{"./..."}
	if goos == "js" {
		arch, patterns = "wasm", []string{"./shared/...", "./app/...", "./wasm/..."}
	}
	cmd := exec.Command("go", append([]string{"list", "-tags", "duckdb_arrow", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, patterns...)...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for GOOS=%s: %v", goos, err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pkg, ok := strings.CutPrefix(f[0], module)
		if !ok {
			continue // this test's own package
		}
		for _, imp := range f[1:] {
			all[pkg] = append(all[pkg], strings.TrimPrefix(imp, module))
		}
		if len(f) == 1 {
			all[pkg] = nil
		}
	}
	return all
}

func rule(pkg string) (part string, allowed []string) {
	for p, a := range arrows {
		if strings.HasPrefix(pkg, p) && len(p) > len(part) {
			part, allowed = p, a
		}
	}
	return part, allowed
}

func permitted(imp string, allowed []string) bool {
	first, _, _ := strings.Cut(imp, "/")
	ours := first == "app" || first == "server" || first == "shared" || first == "wasm" || first == "web"
	if !ours && !strings.Contains(first, ".") {
		return true // the standard library
	}
	for _, a := range allowed {
		if (a == "*" && !ours) || (a != "*" && strings.HasPrefix(imp, a)) {
			return true
		}
	}
	return false
}

func isSibling(pkg string) bool { return sibling(pkg) != "" }

func sibling(pkg string) string {
	for _, s := range siblings {
		if strings.HasPrefix(pkg, s) {
			return s
		}
	}
	return ""
}
