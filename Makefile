# Everything starts here: `make run` serves the whole product, `make test` proves it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PY_STAMP := .make/python
NPM_STAMP := .make/npm
WEB_STAMP := .make/web
WEB_SOURCES := $(shell find web graphql schema.graphql -type f -not -path '*/node_modules/*' -not -path 'web/src/gen/*' 2>/dev/null)
E2E_STAMP := .make/e2e
HAS_NODE := $(shell command -v npm >/dev/null 2>&1 && echo yes)

help: ## list what there is to do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1|/' | column -t -s '|'

$(PY_STAMP): pyproject.toml
	@mkdir -p .make
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(NPM_STAMP): web/package-lock.json
	@mkdir -p .make
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

ifeq ($(HAS_NODE),yes)
$(WEB_STAMP): $(NPM_STAMP) $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@
else
$(WEB_STAMP):
	@echo "Node.js is not installed: the server runs, but the admin console and GraphiQL are not built."
endif

$(E2E_STAMP): tests/e2e/package-lock.json
	@mkdir -p .make
	cd tests/e2e && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

install: $(PY_STAMP) ## install what is needed into .venv

web: $(WEB_STAMP) ## build the admin console and GraphiQL

run: $(PY_STAMP) $(WEB_STAMP) ## start everything: database, console, demo; prints what to open
	$(BIN)/auther dev

test: $(PY_STAMP) $(WEB_STAMP) $(E2E_STAMP) ## run every test
	$(BIN)/python -m pytest -n auto -q
	cd web && npm run --silent test

check: $(PY_STAMP) $(NPM_STAMP) ## format, lint, types, contracts, schema, reference, migrations
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m app.graph.print --check
	$(BIN)/python -m app.graph.reference --check
	$(BIN)/python -m auther_codegen --check
	$(BIN)/python -m app.cli.reference --check
	$(BIN)/python -m app.graph.compatibility
	$(BIN)/python -m migrations.make --check
	cd web && npm run --silent codegen && npm run --silent lint && npm run --silent typecheck

format: $(PY_STAMP) ## format the code
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

schema: $(PY_STAMP) ## write schema.graphql, the references and the Python client from the code
	$(BIN)/python -m app.graph.print
	$(BIN)/python -m app.graph.reference
	$(BIN)/python -m auther_codegen
	$(BIN)/python -m app.cli.reference

migration: $(PY_STAMP) ## write the migrations that the models ask for
	$(BIN)/python -m migrations.make

bench: $(PY_STAMP) $(WEB_STAMP) ## measure the server and compare with the budgets
	$(BIN)/python -m tests.bench

clean: ## remove what was installed and built (not the data in .auther)
	rm -rf .venv .make web/node_modules app/web_dist web/src/gen tests/e2e/node_modules

.PHONY: help install web run test check format schema migration bench clean
