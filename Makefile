# `make demo` and `make test` need Python 3.11 or newer and make, nothing else; both work in .venv.

VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)-lock/bin/uv

# The first that runs, is new enough, and can make environments. Another: make PYTHON=/path/to/python3
CANDIDATES := python3.13 python3.12 python3.11 python3
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; \
	done)

.PHONY: help demo test test-all lint format docs lock clean

help:  ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(VENV)/.core  ## The main job on a made wholesaler: sample, plan, replay
	$(BIN)/reorder demo demo

test: $(VENV)/.dev  ## All tests but those that take minutes
	$(BIN)/python -m pytest

test-all: $(VENV)/.dev  ## All tests
	$(BIN)/python -m pytest -m ''

lint: $(VENV)/.dev  ## Style, types, and the order of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev  ## Put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## Write docs/cli.md from the commands' own help
	$(BIN)/python docs/write_cli.py

lock: $(UV)  ## Choose the newest versions anew, with hashes
	$(UV) pip compile pyproject.toml $(LOCK) -o requirements/core.txt
	$(UV) pip compile pyproject.toml $(LOCK) --extra dev -o requirements/dev.txt

LOCK := --quiet --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-annotate --no-header --no-emit-index-url

clean:  ## Remove the environment and everything made
	rm -rf $(VENV) $(VENV)-lock demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with the venv module was found (looked for \
	$(CANDIDATES)). Install one (Debian: apt install python3 python3-venv), or name it: make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Locked versions first, checked by their hashes; then the project itself, which has none.
$(VENV)/.core: pyproject.toml requirements/core.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(UV):
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
