# Every target does its own set-up: Python 3.11 to 3.13, git and make are all it needs.
.PHONY: demo test test-all check format bench setup clean

VENV := .venv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
export PYTHONDONTWRITEBYTECODE :=

setup: $(VENV)/.ready

# uv installs from the lock; without it, pip installs the same declared ranges.
$(VENV)/.ready: pyproject.toml uv.lock
	@if command -v uv >/dev/null 2>&1; then \
		uv sync --quiet --frozen --group dev; \
	else \
		python3 -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1' && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev; \
	fi
	@touch $@

demo: setup
	@$(BIN)/python examples/demo.py

test: setup
	@$(BIN)/python -m pytest -q -n auto -m "not slow"

test-all: setup
	@$(BIN)/python -m pytest -q -n auto

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/meta/sizes.py

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup
	@for file in bench/*.py; do \
		case $$file in *_maker.py) ;; *) echo "== $$file"; $(BIN)/python $$file || exit 1;; esac; \
	done

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
