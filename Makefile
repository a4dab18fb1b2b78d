# Tilsit. `make` alone prints this help.

SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
SIZES ?= 1000,10000,100000,900000
SOURCES := app bench tests migrations .ci/translations.py config.py manage.py
SCRIPTS := .ci/run deploy/server_setup.sh deploy/tilsit.sh deploy/nginx/render.sh

.DEFAULT_GOAL := help
.PHONY: help run setup test coverage test-postgresql functional bench growth databases finding soak lint format
.PHONY: translations clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT, BIND, DATA_DIR and the other settings are read from the environment;"
	@echo "  docs/configuration.md has them all."

run: .venv/run.stamp ## Start everything: http://127.0.0.1:5000/
	@exec $(BIN)/python manage.py serve

setup: .venv/test.stamp ## Install what tests and tools need

test: .venv/test.stamp ## Run the unit tests
	@$(BIN)/python -m pytest -m "not functional" -n logical $(ARGS)

coverage: .venv/test.stamp ## Run them and demand that they reach 95 % of the code
	@$(BIN)/python -m pytest -m "not functional" -n logical --cov --cov-report=term:skip-covered $(ARGS)

test-postgresql: .venv/test.stamp ## Run those that ask a database on PostgreSQL
	@$(BIN)/python -m pytest -m "not functional" -n logical --postgresql $(ARGS)

functional: .venv/test.stamp ## Start real servers and drive real clients
	@$(BIN)/python -m pytest -m functional tests/functional -n 4 --dist loadscope $(ARGS)

bench: .venv/test.stamp ## Measure Tilsit beside its peers, and as it grows; QUICK=1 takes minutes
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(ARGS)
	@$(BIN)/python bench/growth.py --sizes $(if $(QUICK),1000,$(SIZES))

growth: .venv/test.stamp ## Measure figures at SIZES=1000,10000,100000,900000 projects; the last takes 4 GB
	@$(BIN)/python bench/growth.py --sizes $(SIZES) $(ARGS)

databases: .venv/test.stamp ## Measure 900,000 projects on SQLite beside PostgreSQL: PROJECTS=1000
	@$(BIN)/python bench/databases.py --projects $(or $(PROJECTS),900000) $(ARGS)

finding: .venv/test.stamp ## Measure searches among the names of a file: NAMES=names.tsv
	@$(BIN)/python bench/finding.py $(NAMES) --keep .bench/finding $(ARGS)

soak: .venv/test.stamp ## Let CLIENTS=30 publish, install and browse for MINUTES=10; writes docs/reliability.md
	@$(BIN)/python bench/soak.py --minutes $(or $(MINUTES),10) --clients $(or $(CLIENTS),30) \
	  --write docs/reliability.md $(ARGS)

lint: .venv/test.stamp ## Check style, types, import contracts, templates, scripts, tables, translations
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint app/templates --lint --check --quiet
	$(BIN)/shellcheck $(SCRIPTS)
	@$(call check_tables)
	$(BIN)/python .ci/translations.py

format: .venv/test.stamp ## Bring code and templates into shape
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	-$(BIN)/djlint app/templates --reformat --quiet

translations: .venv/test.stamp ## Bring the catalogues up to date with the texts
	@mkdir -p translations
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext --no-location --sort-output \
	  --project=Tilsit --copyright-holder="the Tilsit authors" -o translations/messages.pot .
	@test -d translations/de || $(BIN)/pybabel -q init -i translations/messages.pot -d translations -l de
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations --ignore-obsolete --no-fuzzy-matching \
	  --ignore-pot-creation-date
	$(BIN)/python .ci/translations.py

clean: ## Remove environments and caches; data stays
	rm -rf .venv .test .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage htmlcov

# A stamp is newer than the pins as long as nothing is to be installed.
.venv/run.stamp: requirements.txt
	@$(call install,requirements.txt)
	@touch $@

.venv/test.stamp: requirements.txt requirements-dev.txt
	@$(call install,requirements-dev.txt)
	@touch .venv/run.stamp $@

# The models must say what the migrations make.
define check_tables
	folder=$$(mktemp -d); \
	DATA_DIR=$$folder $(BIN)/python manage.py db upgrade && \
	DATA_DIR=$$folder $(BIN)/python manage.py db check; \
	status=$$?; rm -rf "$$folder"; exit $$status
endef

define install
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tilsit needs Python 3.11 or newer: make run PYTHON=python3.11")' && \
	if command -v uv >/dev/null 2>&1; then \
	  { test -x $(BIN)/python || uv venv -q --python "$(PYTHON)" .venv; } && \
	  uv pip install -q --compile-bytecode --python $(BIN)/python -r $(1); \
	else \
	  { test -x $(BIN)/pip || $(PYTHON) -m venv .venv; } && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check -r $(1); \
	fi
endef
