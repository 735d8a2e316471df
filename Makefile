# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-slow test-faults test-long agree bench referee-abuse prove quality lint types check clean help

help:
	@echo "make demo       set up, screen the sample shipments, show decisions and why one is denied"
	@echo "make test       set up, run the tests"
	@echo "make test-slow  the long suites"
	@echo "make test-faults  the service killed, its disk full, bodies hostile; the package installed elsewhere"
	@echo "make test-long  the proofs and the engine compared at full scale; takes an hour or two"
	@echo "make prove      prove the properties of the shipped rulebook"
	@echo "make referee-abuse N=100000  decisions while the second engine is killed and silenced"
	@echo "make agree      hold all readings to the same answer, N=200 rulebooks of SHIPMENTS=100 each"
	@echo "make bench      measure beside other engines; writes benchmarks/RESULTS.md"
	@echo "make quality    coverage of rules by examples, and a sample of mistakes made on purpose"
	@echo "make lint types check prove   what continuous integration also runs"

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "missing: $(PYTHON); install Python 3.11 or newer, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "missing: Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1); say make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "missing: the venv module of $(PYTHON); on Debian: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]" || { echo "the installation failed; a package index must be reachable"; exit 1; }
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python seeds/demo.py

test: $(READY)
	@$(BIN)/python -m pytest -n auto -m "not slow and not long"

test-slow: $(READY)
	@$(BIN)/python -m pytest -n auto -m slow

test-faults: $(READY)
	@$(BIN)/python -m pytest -n auto -m slow tests/api tests/test_package.py

test-long: $(READY)
	@$(BIN)/python -m pytest -n auto -m long

prove: $(READY)
	@$(BIN)/screening prove

agree: N ?= 200
agree: SHIPMENTS ?= 100
agree: SEED ?= 1
agree: $(READY)
	@$(BIN)/python tests/agreement/run.py $(N) $(SHIPMENTS) $(SEED)

bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@$(BIN)/python -m benchmarks

referee-abuse: N ?= 100000
referee-abuse: $(READY)
	@$(BIN)/python tests/referee/abuse.py $(N)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

# How well the examples show the rules; a sample of mistakes, since there are hundreds.
quality: $(READY)
	@$(BIN)/screening coverage | tail -1
	@$(BIN)/screening mutate --limit 60 --seconds 240 | tail -1

check: $(READY)
	@$(BIN)/screening check rules
	@$(BIN)/screening test rules

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
