# Every target sets up what it needs: a virtual environment in .venv with the versions of requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
# One more than there are cores, as tests also wait, but no more than four: each worker has a PostgreSQL of its own.
PYTEST = $(BIN)/pytest -n $(shell $(PYTHON) -c "import os; print(min(4, (os.cpu_count() or 1) + 1))") --dist worksteal

.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

setup: .venv/ready  ## the virtual environment in .venv

demo: .venv/ready  ## try it: the bot, a local Slack, Telegram and WhatsApp, and a page to play with them
	$(BIN)/loket demo

check: .venv/ready  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: .venv/ready  ## unit and contract tests
	$(PYTEST) tests/unit tests/contract

test: .venv/ready  ## the whole suite
	$(PYTEST)

crash: .venv/ready  ## the proof: kill it, disturb it, and compare what all sides have; KILLS=1000 SEED=1 DATABASE=postgres
	$(BIN)/python -m tests.crashes.proof $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(DATABASE),--database $(DATABASE))

leaks: .venv/ready  ## the other proof: random threads, and nothing internal at a customer; HISTORIES=10000, SEED=1
	$(BIN)/python -m tests.leaks $(if $(HISTORIES),--histories $(HISTORIES)) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.leaks --mutations $(if $(SEED),--seed $(SEED))

bench: .venv/ready  ## how fast it is, beside bare baselines; QUICK=1 for a short look, ONLY=intake for a part
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(ONLY),--part $(ONLY))

pictures: .venv/ready  ## the README's picture anew, out of the browser tests
	$(BIN)/pytest tests/browser/test_life.py -k desktop
	cp tests/browser/pictures/desktop-both.png docs/images/demo.png

format: .venv/ready  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## write requirements.lock anew from what is installed in .venv
	$(BIN)/pip freeze --exclude loket --exclude-editable \
		| sed -E "s/^(pysqlite3==.*)/\\1; sys_platform == 'linux' and platform_machine == 'x86_64'/" > requirements.lock

.PHONY: help setup demo check fast test crash leaks bench pictures format lock
