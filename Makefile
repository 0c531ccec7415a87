# Two commands: `make run` starts the chatbot, `make test` runs everything that must hold.
PYTHON ?= python3
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
OTHER := tests/fakes/telegram_test_api

.PHONY: run install dev lint check test bench soak train lock clean

run: install
	@$(BIN)/hocso run

install: .venv/.installed

dev: .venv/.dev .venv/.node

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# A Bot API server that others wrote, for the tests marked “node”. Without npm, or without what it fetches,
# everything else is there, and the end of the tests says what did not run.
.venv/.node: .venv/bin/python $(OTHER)/package.json $(OTHER)/package-lock.json
	@if command -v npm >/dev/null; then \
		mkdir -p .venv/node && cp $(OTHER)/package.json $(OTHER)/package-lock.json .venv/node/ && \
		npm ci --prefix .venv/node --ignore-scripts --no-audit --no-fund --silent && touch $@ || \
		echo "npm ci failed: the tests marked “node” will not run" >&2; \
	fi

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m lessons

check: lint
	$(BIN)/pytest -n 2 -m "not browser and not postgres and not crash and not node and not office"

# Three at a time also on two cores: many tests wait for a process of their own.
test: lint
	$(BIN)/pytest -n 3

bench: dev
	$(BIN)/python bench/run.py

soak: dev
	$(BIN)/python bench/soak.py

train: dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[train]'
	$(BIN)/python training/alarms.py

lock: dev
	$(LOCK) --extra build --extra dev pyproject.toml -o requirements-dev.lock
	$(LOCK) --extra build -c requirements-dev.lock pyproject.toml -o requirements.lock
	npm install --prefix $(OTHER) --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
	$(BIN)/python $(OTHER)/without_urls.py

clean:
	rm -rf .venv build *.egg-info
