# make run     a demonstration building in your browser      make test    the whole suite
# make check   style, types, floors                          make bench   measured claims, as tables
# make setup   the environment only                          make lock    write the lock files anew (needs uv)
# make mutants deliberate bugs, each noticed by its test      make fuzz    bytes nobody meant, a minute per parser
# make soak    thousands of simulated houses
SHELL := /bin/bash
.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
.PHONY: help setup run test test-js mutants fuzz soak check bench bench-peers fix words lock browser

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORDS := $(shell find src -name '*.po')
SCRIPTS = $(shell find tests -name '*.test.js' -o -name '*.test.mjs')
# What speaks to no database is run once. Of the rest tests/conftest.py chooses what is run again on PostgreSQL.
WITHOUT_DATABASE := tests/tidy tests/conformance tests/unit/kernel tests/unit/wire tests/unit/lock tests/unit/phone tests/unit/sim \
	tests/unit/cli/courier tests/unit/cli/vectorbook tests/properties/test_lock_clock.py tests/properties/test_simulator_seeds.py \
	tests/properties/test_doorcodes_in_two_hands.py
# Node of the machine where there is one, else the one from the lock.
NODE_PATH_FIRST = export PATH="$(CURDIR)/$(BIN):$$PATH"

help:
	@sed -n '1,/^[^#]/s/^# //p' Makefile

# ---- the environment; each stamp is remade when its lock changes

.venv/made:
	@test -n "$(PYTHON)" || { echo "Limen needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/made requirements/run.txt pyproject.toml
	@echo "Installing what Limen runs on"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/words: .venv/run $(WORDS)
	@$(BIN)/python tools/words.py src
	@touch $@

.venv/dev: .venv/run requirements/dev.txt
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.venv/node: .venv/run requirements/node.txt package-lock.json .npmrc
	@if ! { command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; } >/dev/null 2>&1; then \
		echo "Installing Node"; $(PIP) install --require-hashes -r requirements/node.txt; fi
	@$(NODE_PATH_FIRST); npm ci --no-update-notifier --loglevel=error >/dev/null
	@touch $@

browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing chromium" \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; } \
		|| { echo "The browser tests need chromium: sudo apt-get install chromium"; exit 1; }

setup: .venv/words

# ---- what people type

run: setup
	@exec $(BIN)/limen demo --port "$${PORT:-8000}"

test: setup .venv/dev .venv/node browser test-js
	@LIMEN_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n auto --maxschedchunk=4 -q
	@LIMEN_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n auto --maxschedchunk=4 -q $(WITHOUT_DATABASE:%=--ignore=%)

test-js: .venv/node
	@$(if $(SCRIPTS),$(NODE_PATH_FIRST); node --test $(SCRIPTS),echo "No browser module has a test yet.")

# Or some of them: make mutants ONLY="23 24"
mutants: setup .venv/dev
	@$(BIN)/python -m tools.mutants $(ONLY)

.venv/fuzz: .venv/dev requirements/fuzz.txt
	@$(PIP) install --require-hashes -r requirements/fuzz.txt
	@touch $@

# Or some of them, for longer: make fuzz ONLY="request phone" SECONDS=600
fuzz: setup .venv/fuzz
	@$(BIN)/python tools/fuzz.py $(or $(SECONDS),60) $(ONLY)

check: setup .venv/dev .venv/node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(NODE_PATH_FIRST); node_modules/.bin/biome check --error-on-warnings .
	$(NODE_PATH_FIRST); node_modules/.bin/tsc --project .

fix: .venv/dev .venv/node
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE_PATH_FIRST); node_modules/.bin/biome check --write .

FROM ?= 1001
SEEDS ?= 2000
soak: setup
	@exec $(BIN)/limen sim --seed $(FROM) --count $(SEEDS) --days 3 --doors 6 --people 12 --faults high --json

# The measurement over the air borrows what the tests build their air from.
bench: setup .venv/dev
	@exec $(BIN)/python -m bench

# Beside other software of the trade, which is fetched into .peers for this and nothing else.
.peers/made: bench/peers/package.json bench/peers/package-lock.json .npmrc | .venv/node
	@echo "Fetching what we measure ourselves against"
	@mkdir -p .peers && cp bench/peers/package.json bench/peers/package-lock.json .npmrc .peers/
	@$(NODE_PATH_FIRST); cd .peers && npm ci --no-update-notifier --loglevel=error >/dev/null
	@touch $@

bench-peers: setup .venv/dev .peers/made
	@cp bench/peers/*.mjs .peers/
	@$(NODE_PATH_FIRST); $(BIN)/python -m bench.matter

# ---- for whoever changes dependencies

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(COMPILE) requirements/run.in -o requirements/run.txt
	$(COMPILE) -c requirements/run.txt requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	npm install --package-lock-only
	npm ci
