# notes-site: `make site` builds the example course, `make test` runs the tests. Both set up all they need.

PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help site serve test test-quick test-full golden lint format docs bench bench-deploy clean

help:  ## Show the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

site: .venv/site.stamp  ## Build the example course to public/.
	$(BIN)/notes-site build

serve: .venv/site.stamp  ## Preview the example course live.
	$(BIN)/notes-site serve

test: .venv/dev.stamp tests/node_modules/stamp  ## Run the tests.
	$(PYTEST) -m "not full"

test-quick: .venv/dev.stamp  ## Run the tests that need no server, no browser and few programs.
	HYPOTHESIS_PROFILE=quick $(PYTEST) --dist worksteal -m "not full and not slow"

test-full: .venv/dev.stamp tests/node_modules/stamp  ## Run the slow proofs.
	HYPOTHESIS_PROFILE=full $(PYTEST) -m full

golden: .venv/dev.stamp  ## Write the expected texts of all golden cases anew; read them with `git diff`.
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest -k test_golden

lint: .venv/dev.stamp  ## Check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/dev.stamp  ## Fix what style checks can fix.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/site.stamp  ## Write the reference pages in docs/ from the tables in the code.
	$(BIN)/python -m tools.reference

bench: .venv/dev.stamp  ## Measure builds, the live preview and the search.
	$(BIN)/python -m benchmarks.build
	$(BIN)/python -m benchmarks.preview
	$(BIN)/python -m benchmarks.search

bench-deploy: .venv/dev.stamp  ## Measure deploys beside `aws s3 sync`.
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m benchmarks.deploy

clean:  ## Delete what builds and tests left; the site's output and cache too.
	-$(BIN)/notes-site clean
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache dist tests/node_modules
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# A stamp is made again only when pyproject.toml has changed.
.venv/bin-stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "notes-site needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	touch $@

.venv/site.stamp: .venv/bin-stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/dev.stamp: .venv/bin-stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@ .venv/site.stamp

# The CommonMark examples and the HTML checker; without npm their tests are skipped and say so.
tests/node_modules/stamp: tests/package.json
	@mkdir -p tests/node_modules
	@if command -v npm >/dev/null; then npm install --prefix tests --no-package-lock --no-audit --no-fund --loglevel=error; fi
	@touch $@
