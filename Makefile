# `make run` and `make test` are all a newcomer needs; both set up what they use.
SHELL := /bin/bash
BIN := .venv/bin
HOME_DIR := $(or $(FOOTPRINT_HOME),warehouse)

.PHONY: run test lint format bench audit setup setup-dev help
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup:
	@scripts/setup.sh run

setup-dev:
	@scripts/setup.sh dev

run: setup ## Make the demo city and bring it from raw exports to a release
	@test -f "$(HOME_DIR)/incoming/riverbend/zones.geojson" || $(BIN)/footprint demo
	@$(BIN)/footprint run --city riverbend

test: setup-dev ## Run the whole test suite
	@$(BIN)/python -m orchestration.transform.project # or every warehouse of the tests would parse the project anew
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: setup-dev ## ruff, mypy, sqlfluff, dbt conventions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@scripts/lint_sql.sh

format: setup-dev ## Format the Python code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

audit: setup-dev ## Check the locked packages: licences, and known faults where an advisory source answers
	@$(BIN)/python scripts/audit.py

bench: setup-dev ## Time the pipeline against a bare DuckDB script
	@$(BIN)/python -m benchmarks.bench $(if $(SIZES),--sizes $(SIZES))
