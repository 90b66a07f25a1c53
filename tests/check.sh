#!/bin/sh
# Every check of the project, in the order in which a failure is cheapest to see. $1: the environment's bin folder.
set -eu
# Tests start the program many times over; without its bytecode each start would compile it anew.
unset PYTHONDONTWRITEBYTECODE
"$1/ruff" format --check tui tests
"$1/ruff" check tui tests
"$1/lint-imports" --no-cache
"$1/mypy"
"$1/pytest" -n auto --dist worksteal
