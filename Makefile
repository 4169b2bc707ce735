# Thin: every target is a few commands one could type. `make help` lists them.
.PHONY: help run run-fresh test web openapi bench lighthouse journeys pictures check-rust check-web test-rust test-web test-browser test-schema test-exports tools fmt

export CARGO_TERM_PROGRESS_WHEN ?= auto
# Debian and Ubuntu call it differently.
export CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || echo /usr/bin/chromium)
DEMO = STRANDLINE__DEMO=true target/debug/strandline --config config.example.toml

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: web ## the demonstration at http://localhost:8080; what was entered is kept in var/
	@echo "— building the service (the first time takes some minutes)"
	cargo build
	$(DEMO) demo
	$(DEMO) serve

run-fresh: ## the demonstration from the beginning
	rm -rf var
	$(MAKE) run

web: web/node_modules/.package-lock.json ## the front end, into web/dist
	@echo "— building the front end"
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or later"; exit 1; }
	@echo "— fetching the front end's packages"
	cd web && npm ci --no-fund --no-audit
	@touch $@

tools: ## what the tests need beside Rust and Node: PostgreSQL, Chromium, Python
	@scripts/install-test-tools

test: tools web check-rust check-web test-rust test-web test-browser test-schema test-exports ## every test
	@echo "— all tests passed"

check-rust:
	@echo "— format, clippy and licences"
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	scripts/cargo-deny

check-web: web
	@echo "— front end: types, lint, format"
	cd web && npm run --silent check

test-rust: tools
	@echo "— Rust, on SQLite and PostgreSQL"
	cargo build
	@# Two hundred clients at once, on both databases
	ulimit -n "$$(ulimit -Hn)"; scripts/with-postgres scripts/with-osrm cargo test

test-web: web
	@echo "— front end: units"
	cd web && npm run --silent test

test-browser: tools web
	@echo "— browser"
	cargo build
	cd tests/browser && node node_modules/@playwright/test/cli.js test

test-schema: tools
	@echo "— the API against its description"
	cargo build
	scripts/with-postgres scripts/test-schema

test-exports: tools
	@echo "— routes as other programs read them"
	cargo build
	scripts/test-exports

openapi: ## openapi.json, from the code
	cargo run --quiet -- openapi > openapi.json

bench: ## how fast it is on this machine; the figures go to docs/benchmarks.md
	scripts/bench

lighthouse: web ## Lighthouse's mobile profile over the service as it is released; the figures go to docs/lighthouse.md
	cargo build --release
	STRANDLINE_BINARY=target/release/strandline scripts/lighthouse

journeys: web ## taps and seconds of each journey; the table goes to docs/journeys.md
	cargo build
	cd tests/browser && JOURNEYS=../../docs/journeys.md node node_modules/@playwright/test/cli.js test journeys

pictures: web ## pictures of every screen, in var/pictures
	cargo build
	scripts/pictures var/pictures

fmt: ## formats everything
	cargo fmt
	cd web && npx prettier --write .
