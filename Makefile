# Every target works from a fresh clone: what it needs of the set-up it does itself.
# CI and a person call the same targets; .ci/run only adds the Debian packages of `test-system`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Which lock is installed: dev unless told (base, gpu, dask), as in `make setup LOCK=gpu` on a machine with a
# GPU; afterwards the one that is there, so that no other target takes it away.
LOCK   ?= $(patsubst $(VENV)/.synced-%,%,$(firstword $(wildcard $(VENV)/.synced-*) $(VENV)/.synced-dev))
STAMP  := $(VENV)/.synced-$(LOCK)
LOCKS  := $(sort requirements/base.lock requirements/$(LOCK).lock)
PYTEST := $(BIN)/python -m pytest
TYPED  := $(wildcard pipeline models flows sql web cli tests fixtures/audio benchmarks)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-system lint format types contracts bench soak lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

setup: $(STAMP)  ## make .venv and install everything the lock names (once; again when a lock changes)

# The order matters: uv by its hash, then exactly what the lock names, then this project without looking anything up.
$(STAMP): requirements/uv.lock $(LOCKS) pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] <= (3, 13) else f"Python 3.11 to 3.13 expected, found {v.major}.{v.minor}; make setup PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/uv.lock
	$(BIN)/uv pip sync --python $(BIN)/python --require-hashes $(LOCKS)
	$(BIN)/uv pip install --python $(BIN)/python --quiet --offline --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.synced-*
	@touch $@

demo: $(STAMP)  ## analyse the calls of fixtures/audio and write a report, offline
	$(BIN)/palabra demo

test: $(STAMP)  ## everything that needs only Python, no network
	$(PYTEST) -m "not system"

test-system: $(STAMP)  ## with a browser, PostgreSQL, a cluster; fails where their Debian packages are missing
	$(PYTEST) -m system

lint: $(STAMP)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP)  ## mypy --strict over packages, tests, fixtures and benchmarks
	$(BIN)/mypy $(TYPED)

contracts: $(STAMP)  ## import-linter: the drawing of the layers
	$(BIN)/lint-imports

bench: $(STAMP)  ## every benchmark beside its peers, each with its gates; sizes by BENCH_… (docs/performance.md)
	$(BIN)/python -m benchmarks.run

soak: $(STAMP)  ## every test with its full repetition counts; prints the commit that it ran on
	@git rev-parse HEAD
	$(PYTEST) -m "not system" --soak

lock: $(BIN)/uv  ## resolve the locks again; base.lock pins the others, which leave out hashes that stand there
	$(BIN)/uv pip compile $(COMPILE) pyproject.toml -o requirements/base.lock
	for extra in dev gpu dask; do \
	  cat requirements/base.lock requirements/$$extra.lock >$(VENV)/$$extra.lock && \
	  $(BIN)/uv pip compile $(COMPILE) --extra $$extra -c requirements/base.lock pyproject.toml -o $(VENV)/$$extra.lock && \
	  awk 'FNR==NR {if (/^[^ ]/) base[$$0]; next} /^[^ ]/ {keep = !($$0 in base)} keep' \
	    requirements/base.lock $(VENV)/$$extra.lock >requirements/$$extra.lock || exit 1; \
	done
	cp requirements/bench.lock requirements/bench-whisperx.lock $(VENV)/
	$(BIN)/uv pip compile $(COMPILE) --group pyproject.toml:bench -c requirements/base.lock -o $(VENV)/bench.lock
	$(BIN)/uv pip compile $(COMPILE) --group pyproject.toml:bench-whisperx -o $(VENV)/bench-whisperx.lock
	for peers in bench bench-whisperx; do \
	  awk 'FNR==NR {if (/^[^ ]/) base[$$0]; next} /^[^ ]/ {own = !($$0 in base); if (!own) {sub(/ \\$$/, ""); print}} own' \
	    requirements/base.lock $(VENV)/$$peers.lock >requirements/$$peers.lock || exit 1; \
	done
	$(BIN)/uv pip compile $(COMPILE) pyproject.toml -c requirements/base.lock --format pylock.toml -o $(VENV)/pylock.toml
	$(BIN)/python requirements/usable.py $(VENV)/pylock.toml requirements/base.lock >$(VENV)/base.lock
	cp $(VENV)/base.lock requirements/base.lock
	sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements/uv.lock | $(BIN)/uv pip compile $(COMPILE) - -o requirements/uv.lock
COMPILE := --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11

$(BIN)/uv: $(STAMP)

clean:  ## remove the environment and everything made; sources, weights and fixtures stay
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
