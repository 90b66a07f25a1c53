PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check pytest bench slow screenshots clean

run: $(READY)
	$(BIN)/authlens demo

test: $(READY)
	sh tests/check.sh $(BIN)

bench: $(READY)
	$(BIN)/python -m tests.bench

slow: $(READY)
	$(BIN)/pytest -m slow -n auto --timeout 900

screenshots: $(READY)
	AUTHLENS_UPDATE_SCREENSHOTS=1 $(BIN)/pytest tests/ui/test_screenshots.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "authlens needs Python 3.11 or newer; try make PYTHON=python3.12 run")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache
