# Everything sets itself up: a fresh clone needs git, make and Python >= 3.11. `make help` lists it.

PORT ?= 8000
VAR ?= ./var
DEMO ?= 1
TESTS ?= tests
JOBS ?= auto

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
NPM := cd scanner_client && ../tools/npm.sh

CLIENT_SOURCES := $(shell find scanner_client -type f -not -path '*/node_modules/*' \
	-not -path '*/dist/*' -not -path '*/tests/*' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-full check format bench client lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.ready-run .venv/.system-run client ## start everything [PORT=8000] [VAR=./var] [DEMO=1|0]
	@exec .venv/bin/stockturn run --port $(PORT) --var $(VAR) \
		$(if $(filter 1,$(DEMO)),--demo,--no-demo)

test: .venv/.ready-dev .venv/.system-test client ## all tests, at sizes that fit 20 minutes [TESTS=tests/unit] [JOBS=auto]
ifneq ($(wildcard scanner_client/package.json),)
	$(NPM) test
endif
	.venv/bin/pytest -n $(JOBS) $(TESTS)

test-full: .venv/.ready-dev .venv/.system-test client ## all tests, also at the full sizes
	.venv/bin/pytest --full $(TESTS)

check: .venv/.ready-dev ## style, types, floors, lock files
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	tools/check_locks.sh
ifneq ($(wildcard scanner_client/package.json),)
	@$(MAKE) --no-print-directory scanner_client/node_modules/.ready
	$(NPM) exec -- tsc --noEmit
endif

format: .venv/.ready-dev ## put the style right
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/.ready-dev .venv/.system-run ## measurements, as ratios in one run
	@for file in bench/[a-z]*.py; do [ -e "$$file" ] || continue; \
		echo "== $$file"; .venv/bin/python $$file || exit 1; done

client: ## build the web app
ifneq ($(wildcard scanner_client/package.json),)
client: scanner_client/dist/index.html
endif

lock: .venv/.ready-dev ## pin pyproject.toml's dependencies anew in requirements/ [UPGRADE=--upgrade]
	tools/lock.sh $(UPGRADE)

clean: ## remove what make built; data in VAR stays
	rm -rf .venv scanner_client/node_modules scanner_client/dist *.egg-info .*_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python >= 3.11 is needed and was not found"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "python3 -m venv failed: install the package python3-venv"; exit 1; }

.venv/.ready-run: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "setting up .venv"
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ready-dev: requirements/dev.txt requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "setting up .venv for development"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch .venv/.ready-run $@

.venv/.system-run: tools/system.sh | .venv/.ready-run
	@tools/system.sh run
	@touch $@

.venv/.system-test: tools/system.sh | .venv/.ready-dev
	@tools/system.sh test
	@touch $@

scanner_client/node_modules/.ready: scanner_client/package-lock.json scanner_client/package.json | .venv/bin/python
	$(NPM) ci --no-audit --no-fund
	@touch $@

scanner_client/dist/index.html: scanner_client/node_modules/.ready $(CLIENT_SOURCES)
	$(NPM) run build
	@touch $@
