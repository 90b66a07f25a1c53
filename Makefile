PYTHON ?= python3
BIN := .venv/bin
INSTALL := -m pip install --quiet --disable-pip-version-check
OLD := "authlens needs Python 3.11 or newer: make PYTHON=python3.12 run"

.PHONY: run test bench slow screenshots clean

run: .venv/.installed
	$(BIN)/authlens demo

test: .venv/.tools .venv-aws/.installed
	sh tests/check.sh $(BIN)

bench: .venv/.tools .venv-aws/.installed
	$(BIN)/python -m tests.bench

slow: .venv/.tools .venv-aws/.installed .venv-node/.installed
	$(BIN)/pytest -m slow -n auto --timeout 1800

screenshots: .venv/.tools
	AUTHLENS_UPDATE_SCREENSHOTS=1 $(BIN)/pytest tests/ui/test_screenshots.py

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit($(OLD) if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.installed: .venv/.python pyproject.toml constraints.txt
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable .
	touch $@

.venv/.tools: .venv/.python pyproject.toml constraints.txt
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable '.[dev]'
	touch $@ .venv/.installed

# The AWS CLI pins its own botocore, so it lives apart. Tests compare authlens with it.
.venv-aws/.installed: tests/aws-cli.txt
	$(PYTHON) -m venv .venv-aws
	.venv-aws/bin/python $(INSTALL) --requirement tests/aws-cli.txt
	touch $@

# AWS's own clients of the Runtime API for Node.js, and the Node.js that the newer one needs.
.venv-node/.installed: tests/aws-node.txt
	npm install --prefix .venv-node --ignore-scripts --no-audit --no-fund --force $$(grep ric $<)
	npm install --prefix .venv-node --no-audit --no-fund $$(grep ^node $<)
	touch $@

clean:
	rm -rf .venv .venv-aws .venv-node build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
