# Everything a contributor or CI runs. `make help` lists it.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
# The first Python of 3.12 or newer that really runs: one named by hand, on PATH, or kept by pyenv.
PYTHON ?= $(shell for p in python3.13 python3.12 python3 $$(ls -d "$$(pyenv root 2>/dev/null)"/versions/3.1[23]*/bin/python 2>/dev/null | sort -rV); do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-slow test-legacy test-clients test-browser fuzz check lint format replay bench lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.12 or newer was not found. Install it, or name it: make setup PYTHON=/path/to/python3.13" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m compileall -q native shim addons  # a start that need not compile is quicker, and smaller in memory
	@touch $@

setup: $(VENV)/.ready ## make .venv with everything in it

demo: setup ## two minutes of the whole thing, without a binary or an account
	$(BIN)/shim demo $(ARGS)

run: setup ## the front on your port: make run ARGS='--legacy http://127.0.0.1:18317'
	$(BIN)/shim run $(ARGS)

test: setup ## the tests, the recordings among them
	$(BIN)/python -m pytest $(ARGS)

test-slow: setup ## the tests that take minutes
	$(BIN)/python -m pytest -m slow $(ARGS)

test-legacy: setup ## against the real binary: SHIM_LEGACY_BIN=/path/to/binary
	@test -x "$$SHIM_LEGACY_BIN" || { echo "SHIM_LEGACY_BIN does not name the binary" >&2; exit 1; }
	$(BIN)/python -m pytest -m legacy $(ARGS)

fuzz: setup ## coverage-guided fuzzing of every reader: make fuzz ARGS='-max_total_time=600'
	$(BIN)/python tests/fuzz $(ARGS)

test-clients: setup ## Claude Code, Codex, Gemini CLI and the SDKs through the front
	@test -x "$$SHIM_LEGACY_BIN" || { echo "SHIM_LEGACY_BIN does not name the binary" >&2; exit 1; }
	$(BIN)/python -m pytest -m clients tests/clients $(ARGS)

test-browser: setup ## the control room's page in Chromium, on PATH or named by CHROMIUM
	$(BIN)/python -m pytest -m browser $(ARGS)

lint: setup ## style, types and one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

replay: setup ## judge native on the golden recordings
	$(BIN)/shim replay recordings --floor recordings/floor.json --show 0 $(ARGS)

check: lint test replay ## all that CI asks

bench: setup ## speed beside the legacy (SHIM_LEGACY_BIN names it)
	$(BIN)/python -m tests.bench $(ARGS)

lock: setup ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' -o requirements.lock

clean: ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
