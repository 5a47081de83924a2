#!/bin/bash
# Builds the browser's program, small: bash wasm/build.sh web/dist/app.wasm
#
# go-app serves pages and runs in them, in one package. Its server half imports
# net/http, and with it TLS, X.509 and elliptic curves set themselves up at the
# start of every page: 400 kB of the compressed download that no page can use. So
# the browser's program is built with a copy of go-app that lacks that half, and
# what else no page uses: routes by regular expressions, encrypted states, UUIDs.
set -euo pipefail
cd "$(dirname "$0")/.."

module=github.com/maxence-charriere/go-app/v9
go mod download "$module"
whole=$(go list -m -f '{{.Dir}}' "$module")
half=.tools/go-app@$(go list -m -f '{{.Version}}' "$module")

edition=3 # of the changes below: another number makes the copy anew
if [ ! -e "$half/.$edition" ]; then
	rm -rf "$half"
	mkdir -p "$half"
	cp -r "$whole/." "$half"
	chmod -R u+w "$half"
	rm "$half"/pkg/app/{resource,static}.go
	cat >"$half/pkg/app/http.go" <<'GO'
package app

import "strings"

// Handler serves pages on the server.
type Handler struct{}

func isRemoteLocation(path string) bool {
	return strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://")
}

func isStaticResourcePath(path string) bool {
	return strings.HasPrefix(path, "/web/") || strings.HasPrefix(path, "web/")
}
GO
	cat >"$half/pkg/app/crypto.go" <<'GO'
package app

import "github.com/maxence-charriere/go-app/v9/pkg/errors"

var errNoCrypto = errors.New("this build encrypts no states")

func encrypt(string, []byte) ([]byte, error) { return nil, errNoCrypto }
func decrypt(string, []byte) ([]byte, error) { return nil, errNoCrypto }
GO
	sed -i -e '/"regexp"/d' -e '/^\/\/ RouteWithRegexp/,/^}/d' -e '/^func (r \*router) routeWithRegexp/,/^}/d' \
		-e '/for _, rwr := range/,/^\t\t}/d' -e '/routesWithRegexp/d' -e '/^type regexpRoute/,/^}/d' "$half/pkg/app/route.go"
	cat >"$half/pkg/app/id.go" <<'GO'
package app

import (
	"math/rand/v2"
	"strconv"
)

// newID gives a name that nothing else has.
func newID() string {
	return strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
}
GO
	sed -i -e '/google\/uuid/d' -e 's/uuid\.NewString()/newID()/' "$half"/pkg/app/{context,state}.go
	touch "$half/.$edition"
fi
cp go.mod .tools/wasm.mod
cp go.sum .tools/wasm.sum
go mod edit -replace "$module=./$half" .tools/wasm.mod

# Go's SHA-256 asks whether this is a build with BoringCrypto, whose package brings along AES.
sum=$(go env GOROOT)/src/crypto/sha256/sha256.go
sed -e '/"crypto\/internal\/boring"/d' -e '/if boring\.Enabled {/,/^\t}/d' "$sum" >.tools/sha256.go
echo "{\"Replace\": {\"$sum\": \".tools/sha256.go\"}}" >.tools/overlay.json

# Inlining costs a tenth of the size: it is left to what computes.
inline=(github.com/centroid-studio/centroid/shared/{kernel,kmeans,table} math/...)
flags=(-gcflags=all=-l)
for package in "${inline[@]}"; do flags+=("-gcflags=$package="); done

# Without the state of the repository in it, the same code is the same file, and no update.
GOOS=js GOARCH=wasm go build -modfile .tools/wasm.mod -overlay .tools/overlay.json -trimpath -buildvcs=false -ldflags "-s -w" "${flags[@]}" -o "$1" ./wasm
go run ./wasm/join "$1"
