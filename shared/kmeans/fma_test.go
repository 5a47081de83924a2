package kmeans_test

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// On arm64 the compiler fuses x*y + z unless a conversion forbids it, and the bits
// differ from amd64's. What goes into a model must have no such instruction.
func TestNothingIsFusedOnARM64(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("the compiler does not run in WebAssembly")
	}
	fused := regexp.MustCompile(`\(([^()]*/shared/[^()]*)\)\s+FN?M(ADD|SUB)[SD]\b`)
	for _, pkg := range []string{"kernel", "kmeans", "prep", "score"} {
		cmd := exec.Command("go", "build", "-gcflags=-S", "../"+pkg)
		cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go build %s: %v\n%.2000s", pkg, err, out)
		}
		if !strings.Contains(string(out), "FMULD") {
			t.Errorf("%s: no float instruction in %d bytes of assembly: this test sees nothing", pkg, len(out))
		}
		for _, m := range fused.FindAllStringSubmatch(string(out), -1) {
			t.Errorf("%s: fused multiply-add at %s: write float64(x*y) + z", pkg, m[1])
		}
	}
}
