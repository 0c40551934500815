# `make demo` and `make test` need Python 3.11 or newer and make, nothing else; both work in .venv.
# They take the newest Python that works (.ci/python). Another: make clean, make PYTHON=/path/to/python3 demo

VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)-lock/bin/uv
PYTHON ?=
# Nothing is compiled to bytecode ahead: half of what is installed is never imported, and Python keeps the rest.
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile
LOCKED = $(PIP) --require-hashes --requirement

# On all cores; the tests of a file stay together (tests/conftest.py).
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder --durations 15

.PHONY: help demo test test-all rounds lint format docs pictures lock clean

help:  ## List what can be made
	@awk -F ':.*## *' '/^[a-z-]+:.*## /{ printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.core  ## The main job on a synthetic wholesaler: sample, plan, replay
	$(BIN)/reorder demo demo

test: $(VENV)/.dev  ## All tests but those that take minutes; TESTS='-k plan' to choose
	$(BIN)/python -m pytest $(PARALLEL) $(TESTS)

test-all: $(VENV)/.dev  ## All tests
	$(BIN)/python -m pytest -m '' $(PARALLEL) $(TESTS)

rounds: $(VENV)/.dev  ## The pages in a real browser, twenty times in a row; the first red one ends it
	for round in $$(seq 20); do $(BIN)/python -m pytest -q tests/forecasting/web/test_browser*.py || exit 1; done

lint: $(VENV)/.dev  ## Style, types, and the order of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev  ## Put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## Write docs/cli.md, docs/outputs.md and docs/notebook.ipynb from the code
	$(BIN)/python docs/write_cli.py
	$(BIN)/python docs/write_outputs.py
	$(BIN)/python docs/write_notebook.py

# One version of each package for every Python, and in core.txt the same ones as in dev.txt.
LOCK = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade --group build

pictures: $(VENV)/.dev  ## Take the pictures of the pages anew, with chromium
	$(BIN)/python -m docs.write_pictures
	$(BIN)/python -m docs.write_experiment_picture

lock: $(UV)  ## Choose the newest versions anew, with hashes
	$(LOCK) --extra dev --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/core.txt

clean:  ## Remove the environment and everything made
	rm -rf $(VENV) $(VENV)-lock demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp each, touched last: what was interrupted is done again, what is done is not.
$(VENV)/.made:
	@python=$$(sh .ci/python $(PYTHON)) && echo "Making $(VENV) with $$python" && \
	{ $(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV); } && $$python -m venv $(VENV)
	@touch $@

# Locked versions first, checked by their hashes; then the project itself, which has none.
$(VENV)/.core: pyproject.toml requirements/core.txt | $(VENV)/.made
	@echo "Installing the locked versions of requirements/core.txt into $(VENV) (about a minute)"
	@$(LOCKED) requirements/core.txt || { echo "$(NOT_SERVED)" >&2; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import forecasting.bootstrap.plans, forecasting.bootstrap.past'
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	@echo "Installing the locked versions of requirements/dev.txt into $(VENV)"
	@$(LOCKED) requirements/dev.txt || { echo "$(NOT_SERVED)" >&2; exit 1; }
	@touch $@

NOT_SERVED = The locked versions could not be installed: see above. If a version or its hash was not found, \
	the package index in use does not serve it: choose versions that it serves by make lock.

$(UV):
	@python=$$(sh .ci/python $(PYTHON)) && $$python -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
