# Centroid. `make help` lists what there is to do. Only the targets under "Set-up" use
# the network, and Go, which fetches modules that it does not have.
SHELL := /bin/bash -o pipefail
GO    := go
TAGS  := duckdb_arrow
BIN   := bin/centroid
ADDR  ?= 127.0.0.1:8080
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
SUDO  := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT   := DEBIAN_FRONTEND=noninteractive apt-get
NODE_EXEC := $(CURDIR)/.ci/wasm_exec.sh
QEMU := qemu-aarch64-static
STATICCHECK_VERSION := v0.8.2
DENO_VERSION := 2.9.6

export PATH := $(CURDIR)/.tools/bin:$(PATH)
export CHROMIUM ?= /usr/bin/chromium

.DEFAULT_GOAL := build
.PHONY: help build wasm generate run test check race plain unit e2e wasm-test arm64-test fuzz bench bench-browser figures setup setup-build setup-test setup-arm64 clean

help: ## list the targets
	@awk -F ':.*## ' '/^## /{print "\n" substr($$0,4)} /^[a-z0-9-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Build and run
build: setup-build wasm ## build the browser's part and the server into bin/centroid
	CGO_ENABLED=1 $(GO) build -trimpath -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $(BIN) ./server

wasm: setup-build ## build web/dist: app.wasm, charts, styles, all compressed
	bash wasm/build.sh web/dist/app.wasm
	node web/build.mjs

generate: web/node_modules/.package-lock.json ## write the assembly and the WebAssembly of shared/kernel again
	cd shared/kernel/gen && $(GO) run . -out ../asm_amd64.s -stubs ../asm_amd64.go -pkg kernel
	node shared/kernel/gen/wasm.mjs

run: build ## set up what is missing, build, and serve on http://127.0.0.1:8080
	$(BIN) serve --addr $(ADDR)

## Test
test: setup-test check build race plain e2e wasm-test arm64-test ## run all tests, as CI does

check: setup-test wasm ## go vet, gofmt and staticcheck, for both GOOS; arm64 builds; the assembly and the WebAssembly are what their generators write
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$unformatted" ] || { echo "gofmt these: $$unformatted"; exit 1; }
	@sum() { cat shared/kernel/asm_amd64.* shared/kernel/*.wasm | sha256sum; }; committed=$$(sum); $(MAKE) -s generate; [ "$$committed" = "$$(sum)" ] || { echo "shared/kernel/asm_amd64.* or *.wasm is not what its generator writes: commit what make generate wrote"; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	$(GO) vet -tags noasm ./shared/...
	cd shared/kernel/gen && $(GO) vet .
	GOOS=js GOARCH=wasm $(GO) vet ./shared/... ./app/... ./wasm/...
	GOARCH=arm64 $(GO) vet ./shared/...
	staticcheck -tags $(TAGS) ./...
	GOOS=js GOARCH=wasm staticcheck ./shared/... ./app/... ./wasm/...

# Goroutines start in server and app only, so only these run under the race
# detector; shared's arithmetic would take ten times as long and show nothing.
RACY = $$($(GO) list -tags $(TAGS) ./server/... ./app/... | grep -v -e /server/e2e -e /server/exported)

race: setup-build ## run the tests of what starts goroutines under the race detector
	$(GO) test -race -tags $(TAGS) -timeout 20m -v $(RACY) | awk -f .ci/verdict.awk

plain: setup-build ## run the other tests: shared and the engine, with each kernel, the browser's build, and who imports whom
	$(GO) test -tags $(TAGS) -count=1 . # it asks the go command, which the test cache does not notice
	$(GO) test -tags $(TAGS) -timeout 20m -v ./shared/... ./server/engine/... ./server/exported ./wasm/... | awk -f .ci/verdict.awk
	$(GO) test -tags $(TAGS),noasm -timeout 20m -v ./shared/... ./server/engine/... | awk -f .ci/verdict.awk

unit: setup-build ## run all tests but the end-to-end ones, without the race detector (quicker)
	$(GO) test -tags $(TAGS) $$($(GO) list -tags $(TAGS) ./... | grep -v /server/e2e)

e2e: setup-test build ## run the end-to-end tests on bin/centroid, in Chromium; SHOTS=dir keeps screenshots
	@$(if $(SHOTS),mkdir -p $(SHOTS))
	SHOTS=$(abspath $(SHOTS)) $(GO) test -tags $(TAGS) -count=1 -timeout 30m -v ./server/e2e ./web | awk -f .ci/verdict.awk

wasm-test: web/node_modules/.package-lock.json ## run the tests of shared as WebAssembly under Node: with vectors, with fused products, with neither
	GOOS=js GOARCH=wasm $(GO) test -exec $(NODE_EXEC) -v ./shared/... | awk -f .ci/verdict.awk
	GOOS=js GOARCH=wasm NODE_FLAGS=--experimental-wasm-relaxed-simd $(GO) test -count=1 -exec $(NODE_EXEC) -v ./shared/kernel | awk -f .ci/verdict.awk
	GOOS=js GOARCH=wasm $(GO) test -tags noasm -exec $(NODE_EXEC) -v ./shared/kernel ./shared/kmeans | awk -f .ci/verdict.awk

arm64-test: setup-arm64 ## run the tests of shared that depend on the processor as arm64 under QEMU
	GOARCH=arm64 $(GO) test -exec $(QEMU) -v ./shared/kernel ./shared/prep ./shared/model | awk -f .ci/verdict.awk
	GOARCH=arm64 $(GO) test -exec $(QEMU) -v -run '^(TestGolden|TestSerial)$$' ./shared/kmeans | awk -f .ci/verdict.awk # the others would take minutes

fuzz: ## fuzz every parser and decoder for FUZZTIME each, by default 20s
	@for f in $$(grep -rlE '^func Fuzz' --include=*_test.go shared server app); do for t in $$(grep -oE '^func Fuzz[A-Za-z0-9]+' $$f | cut -c6-); do \
	  echo "$$t in $$(dirname $$f)"; $(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$t$$" -fuzztime $${FUZZTIME:-20s} ./$$(dirname $$f) || exit 1; done; done

bench: build .venv-peers/.ready ## print how training and predicting compare with other libraries here (15 minutes); SECTIONS, SHAPES, PEERS, REPS narrow it
	@[ "$$SECTIONS" = browser ] || .venv-peers/bin/python -B server/peers/bench.py $(BIN)
	@case "$${SECTIONS:-browser}" in browser) $(MAKE) -s bench-browser;; esac

bench-browser: web/node_modules/.package-lock.json server/peers/browser/node_modules/.package-lock.json ## print how predicting and training in Chromium compare with other libraries there (2 minutes)
	$(GO) test -tags $(TAGS) -run '^$$' -bench BrowserPeers -benchtime 1x -timeout 20m ./server/e2e | grep -v '^\(goos\|goarch\|pkg\|cpu\|PASS\|ok\|Benchmark\)'

figures: setup-test build ## print the other figures: kernels, download size, start, upload, first event
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchtime 100ms -timeout 10m $$(grep -rl '^func Benchmark' --include=*_test.go shared server | grep -v /e2e/ | xargs -n1 dirname | sort -u | sed 's|^|./|')
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(GO) test -tags $(TAGS) -run '^$$' -bench . -benchtime 1x -timeout 20m -v ./server/e2e

## Set-up
setup: setup-build setup-test ## install all that building and testing need

setup-build: web/node_modules/.package-lock.json
	@command -v g++ >/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq g++; }

setup-test: setup-build setup-arm64 .venv/.ready .tools/bin/staticcheck .tools/node_modules/.bin/deno
	@command -v java >/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq default-jre-headless; }
	@command -v $(CHROMIUM) >/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq chromium; }

setup-arm64:
	@command -v $(QEMU) >/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq qemu-user-static; }

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.package-lock.json

server/peers/browser/node_modules/.package-lock.json: server/peers/browser/package.json server/peers/browser/package-lock.json
	cd server/peers/browser && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.package-lock.json

REQUIREMENTS := shared/kmeans/testdata/requirements.txt server/exported/testdata/requirements.txt

.venv/.ready: $(REQUIREMENTS)
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq python3-venv; }
	python3 -m venv .venv && .venv/bin/pip install -q --disable-pip-version-check $(REQUIREMENTS:%=-r %) && touch $@

.venv-peers/.ready: server/peers/requirements.txt
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { $(SUDO) $(APT) update -qq && $(SUDO) $(APT) install -y -qq python3-venv; }
	python3 -m venv .venv-peers && .venv-peers/bin/pip install -q --disable-pip-version-check -r server/peers/requirements.txt && touch $@

.tools/node_modules/.bin/deno:
	npm install --prefix .tools --ignore-scripts --no-audit --no-fund deno@$(DENO_VERSION)

.tools/bin/staticcheck:
	GOBIN=$(CURDIR)/.tools/bin $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)

clean: ## remove what was built
	rm -rf bin .tools .venv .venv-peers web/node_modules web/dist/*
