# Vedette: every task has a target here; CI calls `make test` and nothing else. `make help` lists them.

SHELL      := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS  += --no-print-directory

VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS    := -s -w -X main.version=$(VERSION)
BIN        := bin/vedette
CACHE      := .cache
WEB        := ui/web
STRANGER   := scripts/stranger
WEB_SOURCES := $(shell find $(WEB) -path $(WEB)/node_modules -prune -o -path $(WEB)/dist -prune -o -type f -print 2>/dev/null)
GO_SOURCES := $(shell find . -path ./$(WEB)/node_modules -prune -o -name '*.go' -print) go.mod go.sum
LINTER_VERSION := v2.15.0
LINTER     := $(CACHE)/golangci-lint-$(LINTER_VERSION)
FUZZTIME   ?= 30s
# The binary, what the linter reads and tests without the race detector are compiled alike, so that each package is compiled once
# for all of them.
PLAIN      := CGO_ENABLED=0 GOFLAGS="$(filter-out -trimpath,$(shell go env GOFLAGS 2>/dev/null)) -trimpath"
# What needs the cores rather than the time leaves them to tests that run in real time beside it.
ASIDE      := nice -n 10
# The parts of `make test`: first the Go tests, of which many wait, and what compilers and checkers do in the time that they leave, one after
# the other; then one browser after the other, and beside them what mostly waits.
CORES      := test-go lint test-web build-arm64
BROWSER    := test-views test-station test-alert test-time test-plan test-record test-video test-paths
BESIDE     := test-stranger test-chain test-plain

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

.PHONY: deps
deps: ## install what running needs from Debian (libopenh264-7), or say what to install
	@./scripts/deps libopenh264-7

.PHONY: test-deps
test-deps: ## install what testing needs from Debian (Chromium, ffmpeg, a C compiler for the race detector)
	@./scripts/deps libopenh264-7 chromium ffmpeg gcc libc6-dev

.PHONY: web
web: $(WEB)/dist/index.html ## build the console into ui/web/dist

$(WEB)/node_modules/.installed: $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(WEB)/dist/index.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	cd $(WEB) && npm run --silent build && node dev/weigh.mjs
	touch $@

.PHONY: build
build: $(BIN) ## build bin/vedette with the console in it

$(BIN): $(GO_SOURCES) $(WEB)/dist/index.html
	$(PLAIN) go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/vedette

.PHONY: build-arm64
build-arm64: $(WEB)/dist/index.html ## cross-compile for linux/arm64
	$(PLAIN) GOOS=linux GOARCH=arm64 $(ASIDE) go build -ldflags '$(LDFLAGS)' -o bin/vedette-arm64 ./cmd/vedette

.PHONY: run
run: deps build ## build and start the whole demo: simulator, station and console; ARGS="--seed 2" adds flags
	$(BIN) demo $(ARGS)

.PHONY: test
test: ## everything: lint, unit, race, whole-chain, browser and foreign-station tests
	@./scripts/stage prepare $(MAKE) prepare && $(MAKE) -j 2 $(CORES:%=stage-%) && $(MAKE) -j 2 lane-browser lane-beside && echo "test: passed after $$SECONDS s"

lane-browser:
	@$(MAKE) -j 1 $(BROWSER:%=stage-%)

lane-beside:
	@$(MAKE) -j 1 $(BESIDE:%=stage-%)

stage-%:
	@./scripts/stage $* $(MAKE) $*

# Compilers would take the cores from the tests, so everything is fetched and compiled before.
.PHONY: prepare
prepare:
	$(MAKE) -j 3 test-deps build $(LINTER) $(STRANGER)/node_modules/.installed
	$(MAKE) race

.PHONY: race
race:
	go build -race ./...

.PHONY: test-go
test-go: race ## Go tests with the race detector
	GORACE=atexit_sleep_ms=0 go test -race -vet=off -timeout 12m ./... # else each process sleeps a second at its end

.PHONY: test-chain
test-chain: ## the whole chain in real time: simulator, station, a crossing, a cue, a takeoff
	$(PLAIN) go test -count=1 -vet=off -run '^TestWholeChain$$' -v ./cmd/vedette

$(STRANGER)/node_modules/.installed: $(STRANGER)/package.json $(STRANGER)/package-lock.json
	cd $(STRANGER) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

.PHONY: test-plain
test-plain: ## what the race detector is kept away from (//go:build !race), but for the whole chain: the network, pictures, the busy night
	$(ASIDE) ./scripts/plain-test -skip '^TestWholeChain$$'

.PHONY: test-alerts
test-alerts: ## an hour of a busy night, played fast: which crossings are alerted, and what else is; make bench has the long form
	$(PLAIN) $(ASIDE) go test -count=1 -vet=off -run '^TestAlertsInABusyNight$$' -v ./internal/station

.PHONY: test-stranger
test-stranger: build $(STRANGER)/node_modules/.installed ## the simulator's vehicles flown by a station of somebody else's MAVLink library (node-mavlink)
	node $(STRANGER)/main.mjs $(BIN)

.PHONY: test-web
test-web: $(WEB)/node_modules/.installed ## type check and unit tests of the console
	cd $(WEB) && $(ASIDE) npm run --silent check && $(ASIDE) npm test --silent

.PHONY: test-browser
test-browser: test-station test-alert test-time test-plan test-record test-paths ## the console against a running demo in headless Chromium; keeps bin/console.png

.PHONY: test-station
test-station: build $(WEB)/node_modules/.installed
	./scripts/browser-test bin/console.png

.PHONY: test-alert
test-alert: build $(WEB)/node_modules/.installed ## two alerts from the trip to eyes on to the end: one by clicks, one by keys alone
	./scripts/browser-test bin/alert.png alert

.PHONY: test-time
test-time: build $(WEB)/node_modules/.installed ## two operators and maps dropped into a running demo; looking back: one cursor, alert to alert, video, commands off
	./scripts/browser-test bin/time.png time

.PHONY: test-plan
test-plan: build $(WEB)/node_modules/.installed
	./scripts/browser-test bin/plan.png plan

.PHONY: test-record
test-record: build $(WEB)/node_modules/.installed
	./scripts/record-test bin/replay.png

.PHONY: test-paths
test-paths: build $(WEB)/node_modules/.installed
	./scripts/paths-test

.PHONY: test-console
test-console: $(WEB)/dist/index.html ## the console by clicking and typing against the fake station, and axe-core on every view in every theme
	./scripts/console-test

.PHONY: test-views
test-views: $(WEB)/dist/index.html ## of test-console what make test has time for: every view in every theme, what lies over pictures, fingers, silence
	./scripts/console-test '' everyView,overlays,fingers

.PHONY: test-restart
test-restart: build $(WEB)/node_modules/.installed ## twenty open pages when their station is killed and started again
	cd $(WEB) && node e2e/restart.mjs $(abspath $(BIN))

.PHONY: test-video
test-video: build $(WEB)/node_modules/.installed ## streams made by ffmpeg, and a camera that misbehaves, in headless Chromium
	./scripts/video-test

.PHONY: lint
lint: $(LINTER) ## gofmt, golangci-lint with the checks of go vet in it, and go vet of what is written in assembly
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(PLAIN) $(ASIDE) go vet $$(go list -f '{{if .SFiles}}{{.ImportPath}}{{end}}' ./...) # the linter leaves out what it finds there
	$(PLAIN) $(ASIDE) $(LINTER) run ./...

$(LINTER):
	mkdir -p $(CACHE)/bin
	GOBIN=$(abspath $(CACHE)/bin) CGO_ENABLED=0 GOFLAGS=-trimpath go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)
	mv $(CACHE)/bin/golangci-lint $@

.PHONY: bench
bench: build ## benchmarks; figures go to docs/benchmarks.md by hand, with machine and commit
	./scripts/bench

.PHONY: soak
soak: build ## an hour of 50 vehicles, then one of 10 viewers of a camera cut at random: memory must stand still; SPAN=10m changes both
	./scripts/soak-fleet $(or $(SPAN),60m)
	./scripts/soak-relay $(or $(SPAN),60m)

.PHONY: soak-relay
soak-relay: build ## the second hour of soak alone
	./scripts/soak-relay $(or $(SPAN),60m)

.PHONY: train-seismic
train-seismic: ## learn the weights of the geophones' network anew, on ground that is made up for it: some minutes
	go test -tags train ./sensors/seismic -run TestTrainClassifier -timeout 1h -v
	gofmt -w sensors/seismic/weights.go

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s) each
	./scripts/fuzz $(FUZZTIME)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(CACHE) $(WEB)/node_modules $(STRANGER)/node_modules
	find $(WEB)/dist -mindepth 1 ! -name .keep -delete 2>/dev/null || true
