# Two commands are all a newcomer needs: `make serve` and `make test`. Both set up what they use.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check
HOST   ?= 127.0.0.1
PORT   ?= 8000
export KOINON_HOME ?= var

FRONTEND := service/frontend
BUILT := service/koinon/web/static/built/editor.js
CLIENTS := tests/clients/comunica tests/clients/ldes tests/browser

.DEFAULT_GOAL := help
.PHONY: help serve build test lint types layers unit clock clients frontend conformance schemas test-browser screenshots test-long test-hostile test-real torture soak docs bench bench-linking bench-sparql lock clean

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

serve: build frontend ## Set up, build the graph and serve it on http://127.0.0.1:8000
	$(BIN)/koinon serve --host $(HOST) --port $(PORT)

build: $(VENV)/.run ## Set up and build a release of the sources in data/ and, with DATA=folder, of your own
	$(BIN)/koinon build $(if $(DATA),--data $(DATA))

test: lint types layers unit clock ## Set up and run the checks; longer ones have targets of their own

lint: $(VENV)/.dev ## Style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Strict typing
	$(BIN)/mypy

layers: $(VENV)/.dev ## Imports point downward only
	$(BIN)/lint-imports

unit: $(VENV)/.dev clients frontend ## The tests but those that look at the clock
	$(IN_MEMORY) $(BIN)/pytest -n auto --dist loadscope -m "not clock and not long" -o tmp_path_retention_policy=failed -o tmp_path_retention_count=1

# Tests build hundreds of releases, each with a hundred files that are on the disk before it is published: a disk that
# others use too would be most of what these tests wait for. What fails stays to be looked at.
IN_MEMORY = $(shell test -w /dev/shm && test "$$(df -Pm /dev/shm | awk 'END { print $$4 }')" -ge 4096 && \
	echo PYTEST_DEBUG_TEMPROOT=/dev/shm)

test-long: $(VENV)/.dev clients frontend ## The tests that make test leaves out: figures of linking, kills at every moment, damage, refusals, ways of harvesting (10 minutes)
	$(BIN)/pytest -n auto -m long

clock: $(VENV)/.dev ## The tests that look at the clock, one after the other
	$(BIN)/pytest -m clock

schemas: build $(VENV)/.dev ## Thousands of requests made from the service's description: no 5xx, nothing undescribed (10 minutes)
	PYTHONPATH=tests $(BIN)/python tests/schema_requests.py $(or $(N),5000) $(or $(SEED),7)

test-browser: $(VENV)/.dev clients frontend ## Every kind of page in Chromium in each language, width and colour scheme: 10 minutes
	KOINON_BROWSER=all $(BIN)/pytest tests/browser

screenshots: build $(VENV)/.dev ## Pictures of every kind of page in build/screenshots, wide and narrow, light and dark
	PYTHONPATH=tests $(BIN)/python -m browser.screenshots $(KOINON_HOME) build/screenshots

test-hostile: $(VENV)/.dev ## All attacks on a running service (make test runs a sample): 25 minutes
	KOINON_HOSTILE=all $(BIN)/pytest tests/hostile

torture: $(VENV)/.dev ## Kill -9 at N named steps, 300 by default (make test does 10), and refuse at many more; SEED=… draws others
	KOINON_TORTURE_CYCLES=$(or $(N),300) KOINON_TORTURE_REFUSALS=10 $(if $(SEED),KOINON_TORTURE_SEED=$(SEED)) \
	  $(if $(LIFE),KOINON_TORTURE_LIFE=$(LIFE)) $(BIN)/pytest -s -x tests/torture $(if $(LIFE),-k lives)

test-real: $(VENV)/.dev ## Register and build the published files (KOINON_SHARED), then ask the release for facts, and review ten of its links: 15 minutes
	rm -rf $(KOINON_HOME)/real && $(BIN)/python tests/real_sources.py $(KOINON_HOME)/real
	$(IN_MEMORY) KOINON_REAL_HOME=$(KOINON_HOME)/real $(BIN)/pytest -s -o tmp_path_retention_policy=failed -o tmp_path_retention_count=1 \
	  tests/build/sources tests/build/lookups/test_reference_facts.py tests/link/test_bridge_figure.py

soak: $(VENV)/.dev ## Ten minutes of mixed clients, a twentieth of them hostile
	$(BIN)/python benchmarks/soak.py

clients: $(CLIENTS:%=%/node_modules/.package-lock.json) ## Set up the clients that tests ask with and that are not Python's

frontend: $(BUILT) ## Bundle what scripts add to the pages (needs node; pages work without)

conformance: $(VENV)/.dev ## Run the W3C's tests of SPARQL and write docs/conformance.md
	PYTHONPATH=tests $(BIN)/python -m conformance

docs: $(VENV)/.dev ## Generate the pages about the ontology anew
	$(BIN)/python -m koinon.publish.ontology_docs

bench: $(VENV)/.dev ## Every benchmark, as ratios against a named peer
	@for file in benchmarks/build.py benchmarks/queries.py benchmarks/documents.py; do echo "== $$file"; $(BIN)/python $$file; done

bench-linking: $(VENV)/.dev ## Train the linker on KOINON_SHARED: its figures, cross-validated, its speed, and whether these files are shipped (15 minutes)
	$(BIN)/python benchmarks/linking check
	$(BIN)/python benchmarks/linking speed

bench-sparql: $(VENV)/.dev ## The SPARQL endpoint against oxigraph serve and rdflib-endpoint (half an hour, quiet machine)
	$(BIN)/python benchmarks/sparql all

lock: $(VENV)/.dev ## Pin every dependency anew, with hashes
	$(BIN)/pip-compile -q --upgrade $(LOCK) --extra build --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile -q --upgrade $(LOCK) --extra build --extra dev --output-file requirements-dev.txt pyproject.toml

LOCK := --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean: ## Remove the environment and everything built
	rm -rf $(VENV) var build dist $(CLIENTS:%=%/node_modules) $(FRONTEND)/node_modules $(dir $(BUILT))

$(BUILT): $(FRONTEND)/package-lock.json $(FRONTEND)/build.mjs $(wildcard $(FRONTEND)/src/*)
	@command -v npm >/dev/null || { echo "npm is not installed: pages are served without scripts"; exit 0; }; \
	  npm ci --prefix $(FRONTEND) --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error \
	    --fetch-retries=1 --fetch-timeout=60000 && npm run build --prefix $(FRONTEND) --silent || \
	  echo "The scripts cannot be bundled: pages are served without them"

# These need node; where it or the network is missing, their tests are skipped and say so.
tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not installed: the tests with $* are skipped"; exit 0; }; \
	  echo "Setting up $* (once, a minute or less)"; \
	  npm ci --prefix tests/$* --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error \
	    --fetch-retries=1 --fetch-timeout=60000 && touch $@ || \
	  echo "$* cannot be set up: its tests are skipped"

# The environment: created once, brought up to date when the pins change.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Koinon needs Python 3.11 or newer. Name one: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make an environment. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: $(BIN)/python requirements.txt pyproject.toml
	@echo "Setting up $(VENV) (once, a minute or two)"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements-dev.txt pyproject.toml
	@echo "Setting up $(VENV) for tests (once, a minute or two)"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@
