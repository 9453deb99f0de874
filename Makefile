# Northstar. `make` lists what there is to do.

VENV := .venv
BIN := $(VENV)/bin
# One of them has the browser, and waits for it a good deal.
WORKERS ?= 3

# The first Python that is new enough; PYTHON=... overrides. Looked up only when something is to be set up.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: $(VENV)/run.ready ## start the app on the demo workspace
	@$(BIN)/northstar run

test: setup ## format, lint, types, and all tests but the long ones
	@$(MAKE) --no-print-directory --jobs 2 look-at-code run-tests

look-at-code:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

run-tests:
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: setup ## the tests that take minutes
	$(BIN)/pytest -m long

bench: setup ## the benchmarks in tests/bench
	@for bench in tests/bench/*.py; do echo "$$bench"; $(BIN)/python "$$bench" || exit 1; done

format: setup ## format the code and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin the dependencies of pyproject.toml (UPGRADE=--upgrade takes the newest)
	@PYTHON="$(PYTHON)" tools/lock $(UPGRADE)

setup: $(VENV)/dev.ready ## set up everything that the tests need, Chromium and PostgreSQL included
	@tools/chromium >/dev/null
	@tools/postgres >/dev/null || true

clean: ## remove all that was set up or left by tools
	rm -rf $(VENV) .lock-venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A *.ready mark says that a set-up ran to its end. Without one, what is there was cut short and goes.
define set_up
	@test -n "$(PYTHON)" || { echo "Northstar needs Python 3.11 or newer: install it, or call make with PYTHON=/path/to/python." >&2; exit 1; }
	@ls $(VENV)/*.ready >/dev/null 2>&1 || { rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV); }
	@rm -f $(VENV)/*.ready
	@echo "Installing from $(1) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation -e .
endef

$(VENV)/run.ready: requirements.lock pyproject.toml
	$(call set_up,requirements.lock)
	@touch $@

$(VENV)/dev.ready: requirements.lock requirements-dev.lock pyproject.toml
	$(call set_up,requirements-dev.lock)
	@touch $(VENV)/run.ready $@

.PHONY: help run test look-at-code run-tests test-long bench format lock setup clean
