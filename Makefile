# make test          set up .venv and run the tests that need nothing but Python
# make test LIVE=1   start real servers on this machine as well, and run the tests against them
# make demo         two systems in memory, 40 deals, a hub between them; make demo ARGS=--once ends by itself
# make bench        requests, statements, seconds, CPU and memory against their bounds; make bench ARGS="--n 100"
# make screenshots every page at two widths in two languages, into var/screenshots; make screenshots ARGS=case
# make mutants      break the code on purpose, rule by rule and at random, and see which test notices
# make proof        nothing lost, nothing doubled: the proof in full (90 minutes); HISTORIES=500 for a look, SEED=1 for others
# make lint types contracts audit clean   each alone; `bash .ci/run` is all of them, as CI does it
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := test
.PHONY: test demo bench screenshots proof mutants setup lint format types contracts audit clean

BIN := .venv/bin
STAMP := .venv/.set-up
LIVE ?=
ARGS ?=

setup: $(STAMP)

# A stamp, so that a second run starts at once; touched anew when a pin or a dependency changes.
$(STAMP): pyproject.toml constraints.txt
	bash tools/set-up

# ARGS goes to pytest; where it chooses none of one part's tests, that is no failure.
test: $(STAMP)
	chosen() { "$$@" || [[ $$? -eq 5 && -n "$(ARGS)" ]]; }
	chosen $(BIN)/pytest -q -n auto --ignore=tests/live $(ARGS)
	if [[ -n "$(LIVE)" ]]; then
	  echo "live: Redmine, Tryton, PostgreSQL, MediaWiki, WebDAV and Chromium on 127.0.0.1; what is missing is installed first:"
	  trap '$(BIN)/python tests/live/servers down' EXIT
	  $(BIN)/python tests/live/servers up
	  chosen $(BIN)/pytest -q -n 3 tests/live $(ARGS)
	fi

demo: $(STAMP)
	exec $(BIN)/casehub demo $(ARGS)

bench: $(STAMP)
	exec $(BIN)/python -m tests.bench $(ARGS)

# In Debian's Chromium, which is installed where it is missing.
screenshots: $(STAMP)
	$(BIN)/python tests/live/servers up chromium
	exec $(BIN)/python -m tools.screenshots $(ARGS)

mutants: $(STAMP)
	exec $(BIN)/python -m tools.mutants $(ARGS)

# What was done is not done again: a proof that was stopped goes on.
proof: $(STAMP)
	exec $(BIN)/python -m tools.proof $(if $(HISTORIES),--histories $(HISTORIES)) $(if $(SEED),--seed $(SEED)) $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports --no-logo

audit: $(STAMP)
	$(BIN)/python -m tools.licences
	$(BIN)/python -m tools.vulnerabilities

clean:
	if [[ -d var/live ]]; then python3 tests/live/servers down; fi
	rm -rf .venv var build dist .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
