# The recipes that CI and pre-commit run too; `just` lists them.

set positional-arguments

python := ".venv/bin/python"

# List the recipes
default:
    @just --list

# Make .venv with all tools
setup:
    ./try setup

# Format the code and repair what can be repaired
fmt:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# Style and layers
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/lint-imports

# Types
types:
    .venv/bin/pyright

# The inner loop: unit tests
test *ARGS:
    {{ python }} -m pytest tests/unit "$@"

# Every test
test-all *ARGS:
    ./try tests "$@"

# Write the golden IR of the examples again; look at the difference before you commit it
golden:
    {{ python }} -m pytest tests/integration/example/test_golden.py --regenerate-golden

# One benchmark, such as `just bench fan_out`
bench NAME *ARGS:
    {{ python }} benchmarks/{{ NAME }}.py "${@:2}"

# Write the reference pages again and build the site
docs:
    {{ python }} tools/reference.py
    NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

# All that CI does
check:
    .ci/run
