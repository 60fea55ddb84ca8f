# What a day needs. Everything runs in .venv, which is built from the locked requirements when it is needed.

# Of whoever builds another Django product in this shell; the tests and commands set their own.
unexport DJANGO_SETTINGS_MODULE

VENV = .venv
BIN = $(VENV)/bin
# An explicit PYTHON=… is taken as it is; otherwise the first that is new enough. `false` stands for "none found".
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	command -v $$python >/dev/null 2>&1 || continue; \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || continue; \
	echo $$python; exit; done; command -v python3 || command -v python || echo none)

.PHONY: help run manage backup restore test check format bench prove lock venv venv-dev

help:
	@echo 'make run     start the product (Ctrl-C ends it)'
	@echo 'make test    run all tests, browser tests included'
	@echo 'make check   formatter, linter, types, templates, settings, migrations'
	@echo 'make bench   print the benchmark table'
	@echo 'make prove   run the long fault and race tests'
	@echo 'make backup to=FILE, make restore from=FILE   all data of make run in one file'
	@echo 'make manage do="check_invariants"   a management command on the data of make run'
	@echo 'make format  rewrite the code as make check wants it'
	@echo 'make lock    write requirements*.txt again from requirements*.in'

venv:
	@test '$(PYTHON)' != none || { echo 'Es fehlt Python 3.11, 3.12 oder 3.13.' >&2; exit 1; }
	@$(PYTHON) config/bootstrap.py $(VENV) requirements.txt

venv-dev:
	@test '$(PYTHON)' != none || { echo 'Es fehlt Python 3.11, 3.12 oder 3.13.' >&2; exit 1; }
	@$(PYTHON) config/bootstrap.py $(VENV) requirements.txt requirements-dev.txt

run: venv
	@exec $(BIN)/python -m config.run

manage: venv
	@$(BIN)/python -m config.run $(do)

backup: venv
	@$(BIN)/python -m config.run backup --to '$(to)'

restore: venv
	@$(BIN)/python -m config.run restore --from '$(from)'

# Two files at a time, each whole, the long ones first. The ten slowest tests are printed.
test: venv-dev
	@CHROMIUM="$$($(BIN)/python -m config.chromium)" && export CHROMIUM && \
		exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10 $(args)

check: venv-dev
	@$(BIN)/python -m config.checks

format: venv-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

bench: venv-dev
	@exec $(BIN)/python -m tests.bench $(args)

prove: venv-dev
	@CHROMIUM="$$($(BIN)/python -m config.chromium)" && export CHROMIUM && exec $(BIN)/python -m pytest -m prove $(args)

# Names, versions and hashes only: an address in a lock file ties a clone to one mirror.
lock: venv
	@$(BIN)/python -m config.lock
