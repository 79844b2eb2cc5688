# make run    the environment, one daily cycle on the embedded record, the forecast, report.html
# make serve  the same state as a service on http://127.0.0.1:8000: pages, API and jobs
# make test   lint, types, import contracts, tests
# make bench  what the README promises, measured
# make reference  the base rates of pacts between states, fitted anew to the counts in priors/reference
# make skill  how well they would have foretold pledges, on splits fixed beforehand
# make calibrate  are the intervals as wide as they say: worlds of known truth, resumable, hours
# make openapi  docs/reference/openapi.json, from what the API says of itself
# make lock   new versions of everything, with hashes
# make clean  removes what these made; never the state folder
#
# PYTHON=/path/to/python3 chooses the Python; FORECASTER_HOME chooses the state folder.

# A shell that forbids Python to keep bytecode would have each process compile PyMC anew: seconds a
# start, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
WORKERS ?= 2
MINUTES ?= inf
UV := uv==0.13.9
BROWSER = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome \
    || echo "none on the path, so they are reported as not run unless playwright has its own")
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := run
.PHONY: run serve test needs lint types contracts bench reference skill calibrate openapi lock clean
.NOTPARALLEL:

run: $(VENV)/ready
	$(BIN)/forecaster init
	$(BIN)/forecaster update
	$(BIN)/forecaster show
	$(BIN)/forecaster report --output report.html

serve: $(VENV)/ready
	$(BIN)/forecaster init
	$(BIN)/forecaster history --json | grep -q forecast_id || $(BIN)/forecaster update
	exec $(BIN)/forecaster serve

test: needs lint types contracts
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

needs:
	@echo "System packages the tests need: Python >= 3.12 with venv, make, and a Chromium for those"
	@echo "of the pages (Debian: chromium, fonts-dejavu-core): $(BROWSER)."
	@echo "PostgreSQL comes with the Python packages."

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready
	$(BIN)/mypy

contracts: $(VENV)/ready
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/ready
	$(BIN)/python benchmarks/run.py

reference: $(VENV)/ready
	$(BIN)/python -m benchmarks.reference_fit

skill: $(VENV)/ready
	$(BIN)/python -m benchmarks.reference_skill

calibrate: $(VENV)/ready
	$(BIN)/python -m benchmarks.sbc --size full --minutes $(MINUTES)
	$(BIN)/python -m benchmarks.sbc --size reduced --minutes $(MINUTES)

openapi: $(VENV)/ready
	$(BIN)/python -c "from forecaster.web.api import mount; print(mount.text(), end='')" \
	    > docs/reference/openapi.json

lock: $(VENV)/ready
	$(BIN)/python -m venv build/lock
	build/lock/bin/pip install --quiet $(UV)
	UV_PYTHON_DOWNLOADS=never build/lock/bin/uv pip compile --quiet --upgrade --generate-hashes \
	    --universal --no-header --no-annotate --python-version 3.12 --python $(BIN)/python \
	    --extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist report.html .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A command of pyenv answers even where its version is not chosen, and Debian's python3 may lack
# venv: so each candidate is made to do what we need of it. Python compiles a module when it is
# first imported; compiling all of them here would double the time.
FIT := import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (3, 15))

$(VENV)/locked: requirements.lock
	@rm -rf $(VENV); \
	pyenv="$${PYENV_ROOT:-$$HOME/.pyenv}/versions"; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.14 python3 \
	    "$$pyenv"/3.13*/bin/python "$$pyenv"/3.12*/bin/python "$$pyenv"/3.14*/bin/python); do \
	    "$$python" -c "$(FIT)" >/dev/null 2>&1 || continue; \
	    "$$python" -m venv $(VENV) >/dev/null 2>&1 && break; \
	    rm -rf $(VENV); \
	done; \
	if [ ! -x $(BIN)/python ]; then \
	    echo "No fitting Python found$(if $(PYTHON), at $(PYTHON))." >&2; \
	    echo "Wanted: Python 3.12, 3.13 or 3.14 with its venv module (Debian: python3-venv)." >&2; \
	    echo "Install one, or name it: make PYTHON=/path/to/python3 run" >&2; \
	    exit 1; \
	fi; \
	echo "Installing into $(VENV) with $$($(BIN)/python --version); this takes a minute or two."
	@$(PIP) --require-hashes --no-compile -r requirements.lock
	@touch $@

$(VENV)/ready: $(VENV)/locked pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
