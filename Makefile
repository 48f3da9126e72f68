# Every target sees to its own environment first; `make run` and `make test` are the two that people need.
.PHONY: run test check static bench storm lock docs axe format env chromium go stores samples
.DEFAULT_GOAL := check

BIN := .venv/bin
# Compiled modules are kept, whatever the shell says: else every start compiles them anew.
unexport PYTHONDONTWRITEBYTECODE
# Three workers for the two cores this is planned for: half of what a test waits for is a process or a page of its own.
# Each takes a part of the tests as they stand, so that companies are started once, and takes over from another when it has done.
PYTEST_ARGS ?= -n 3 --dist worksteal
PYTEST := $(BIN)/python -m pytest -q $(PYTEST_ARGS)
CODE := $(wildcard src examples bench tests tools verifier)
TYPED := src verifier/troth_verify.py $(if $(wildcard examples/*.py examples/*/*.py),examples) $(if $(wildcard bench/*.py),bench)
QUICK := not slow and not story and not storm and not postgres

env:
	@sh tools/bootstrap

chromium:
	@sh tools/chromium

go: env
	@sh tools/go

stores: env
	@sh tools/stores

samples:
	@sh tools/samples

run: env
	@exec $(BIN)/troth run $(ARGS)

# What can be said without running the product.
static: env
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

check: static
	$(PYTEST) -m "$(QUICK)" tests

# All that `check` does and all the rest, in one run, so that its last lines speak for everything.
test: static chromium go stores samples
	$(PYTEST) --durations=10 tests

# ROUNDS and SEED reach the storms by the environment. A thousand rounds take longer than any test that hangs may.
storm: env
	TROTH_STORM=long $(PYTEST) -o faulthandler_timeout=7200 -m storm tests

# Every page, in three languages, light and dark, wide and at 320 px; `make test` looks at each in three of those twelve ways.
axe: env chromium
	TROTH_AXE=every $(PYTEST) -m story -k accessib tests

docs: env
	$(PYTEST) -m docs tests

bench: env
	$(BIN)/python -m bench $(ARGS)

lock:
	@sh tools/lock $(ARGS)

format: env
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)
