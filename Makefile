# Verbs: run demo doctor rehearse rehearse-all test test-browser test-redis crash-long lint types bench lock clean. All of them set up what they need in .venv.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
UV     ?= $(shell command -v uv 2>/dev/null)

# Hashes are checked either way; uv is only quicker.
ifeq ($(UV),)
  INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
else
  INSTALL = VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet
endif

# One process of tests a core; ARGS="-n 0" for one alone, as a debugger wants it.
SPREAD = -n auto --dist worksteal

# Of some marks few files have any: only those that name one are read, unless ARGS says which.
naming = $(if $(findstring tests/,$(ARGS)),,$$(grep -rliE --include='test_*.py' --exclude-dir=node_modules '$(1)' tests))

.DEFAULT_GOAL := help
.PHONY: help demo run doctor rehearse rehearse-all test test-browser test-redis crash-long lint types bench lock clean

help:
	@echo "make demo          a reader's phone, a newsroom and the bot on this machine, no account needed"
	@echo "make run           the bot, with the settings of .env"
	@echo "make doctor        checks settings, servers, token and sources, in words"
	@echo "make rehearse      an alert to simulated readers on a bad night, with a report"
	@echo "make rehearse-all  every fault script that ships, each from its beginning to its end; ten minutes"
	@echo "make test          the tests (needs only Python)"
	@echo "make test-browser  the tests that need Chromium, Node.js and promtool"
	@echo "make test-redis    the tests of what Redis keeps, on the redis-server of this machine"
	@echo "make crash-long    a hundred random kills over rehearsals of 20,000 readers; half an hour"
	@echo "make lint types    style, import rules, types"
	@echo "make bench         the benchmarks"
	@echo "make lock          the lock files anew, from pyproject.toml and requirements-*.in"

demo: $(VENV)/.run
	$(BIN)/newsbot demo $(ARGS)

run: $(VENV)/.run
	$(BIN)/newsbot run $(ARGS)

doctor: $(VENV)/.run
	$(BIN)/newsbot doctor $(ARGS)

rehearse: $(VENV)/.run
	$(BIN)/newsbot rehearse $(or $(ARGS),--faults election-night)

rehearse-all: $(VENV)/.dev
	$(BIN)/python -m pytest -m long -n 0 $(ARGS) $(call naming,mark.long)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not browser and not node and not promtool and not alone and not long" $(SPREAD) $(ARGS)
	@$(BIN)/python -m pytest -m alone $(ARGS) -n 0 $(call naming,alone) || [ $$? -eq 5 ] # 5: none of them was asked for

test-browser: $(VENV)/.dev tests/node/node_modules/.done
	$(BIN)/python -m pytest -m "browser or node or promtool" $(SPREAD) $(ARGS) $(call naming,browser|node|promtool)

test-redis: $(VENV)/.dev
	@command -v redis-server >/dev/null || { echo "redis-server is not installed: apt-get install redis-server" >&2; exit 1; }
	TEST_REDIS_SERVER=$$(command -v redis-server) $(BIN)/python -m pytest -m "redis and not alone" $(SPREAD) $(ARGS)

crash-long: $(VENV)/.dev
	$(BIN)/python -m bench.random_kills $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(ARGS)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Newsbot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 " + "$(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock requirements-postgresql.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements-postgresql.lock
	@touch $@

tests/node/node_modules/.done: tests/node/package-lock.json
	cd tests/node && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

LOCK = uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate
lock:
	$(LOCK) --python-version 3.11 pyproject.toml requirements-build.in -o requirements.lock
	$(LOCK) --python-version 3.11 pyproject.toml requirements-build.in requirements-dev.in -c requirements.lock -o requirements-dev.lock
	$(LOCK) --python-version 3.12 requirements-postgresql.in -o requirements-postgresql.lock

clean:
	rm -rf $(VENV) tests/node/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
