#!/bin/bash
# Runs a test binary under Node, for go test -exec: with what app.wasm has in a browser.
exec node $NODE_FLAGS --stack-size=8192 -r "$(dirname "${BASH_SOURCE[0]}")/loader.cjs" "$(go env GOROOT)/lib/wasm/wasm_exec_node.js" "$@"
