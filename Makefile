PYTHON ?= python3
# Where the environments are made: VENV=/some/folder is for a checkout that cannot be written to.
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := -m pip install --quiet --disable-pip-version-check
OLD := "authlens needs Python 3.11 or newer: make PYTHON=python3.12 run"

# What the tests would otherwise look for next to the checkout, and what tools would write into it.
export AUTHLENS_AWS_CLI := $(abspath $(VENV)-aws)/bin/aws
export AUTHLENS_NODE_CLIENTS := $(abspath $(VENV)-node)/node_modules
ifneq ($(VENV),.venv)
export RUFF_CACHE_DIR := $(abspath $(VENV))/cache/ruff
export MYPY_CACHE_DIR := $(abspath $(VENV))/cache/mypy
endif

.PHONY: run test bench slow screenshots clean

run: $(VENV)/.installed
	$(BIN)/authlens demo

test: $(VENV)/.tools $(VENV)-aws/.installed
	sh tests/check.sh $(BIN)

bench: $(VENV)/.tools $(VENV)-aws/.installed
	$(BIN)/python -m tests.bench

slow: $(VENV)/.tools $(VENV)-aws/.installed $(VENV)-node/.installed
	$(BIN)/pytest -m slow -n auto
	PYTHONPATH=tests $(BIN)/python -m mutation

screenshots: $(VENV)/.tools
	AUTHLENS_UPDATE_SCREENSHOTS=1 $(BIN)/pytest -m "slow or not slow" tests/ui/test_screenshots.py

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit($(OLD) if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml constraints.txt
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable .
	touch $@

$(VENV)/.tools: $(VENV)/.python pyproject.toml constraints.txt
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable '.[dev]'
	touch $@ $(VENV)/.installed

# The AWS CLI pins its own botocore, so it lives apart. Tests compare authlens with it.
$(VENV)-aws/.installed: tests/aws-cli.txt
	$(PYTHON) -m venv $(VENV)-aws
	$(VENV)-aws/bin/python $(INSTALL) --requirement tests/aws-cli.txt
	touch $@

# AWS's own clients of the Runtime API for Node.js, and the Node.js that the newer one needs.
$(VENV)-node/.installed: tests/aws-node.txt
	npm install --prefix $(VENV)-node --ignore-scripts --no-audit --no-fund --force $$(grep ric $<)
	npm install --prefix $(VENV)-node --no-audit --no-fund $$(grep ^node $<)
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-aws $(VENV)-node build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
