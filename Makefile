# Each target sets up .venv when needed, and only then. A target's "##" is its line in `make help`, the default target.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready
OAKEN := .venv/bin/oaken
OPEN ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-bench coverage fuzz lint format docs notebook man messages bench clean setup programs

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Two workers; each takes the next module in the order of tests/conftest.py.
BESIDE := $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder
unexport PYTHONDONTWRITEBYTECODE  # or each of the hundreds of processes that tests start compiles all it imports

demo: export OAKEN_HOME := $(CURDIR)/.demo
demo: setup ## set up, read the sample library, answer four questions, open the browser (OPEN=0: do not)
	@$(OAKEN) ingest data/library
	@for question in "When did the tram line open?" "¿Cuántos alumnos tiene la Escuela del Puente?" \
	  "Кто открыл пекарню Громовых?" "Which dentist sees patients on Saturdays?"; do \
	  printf '\n\n$$ oaken ask "%s"\n\n' "$$question"; $(OAKEN) ask "$$question" || exit 1; done
ifeq ($(OPEN),1)
	@$(OAKEN) ui
else
	@printf '\nTo ask in the browser: make demo, or OAKEN_HOME=%s %s ui\n' "$$OAKEN_HOME" "$(OAKEN)"
endif

test: setup programs ## run all tests but the slow ones
	$(BESIDE) --durations=20 -m "not slow and not bench"

test-slow: setup programs ## run the slow tests: killed processes, many pages at once, the rest of the browser
	$(BESIDE) --durations=20 -m "slow and not bench" || $(FAILED_ALONE) || $(FAILED_ALONE)

# A browser's test that failed beside others is run again by itself: what fails there twice more is a failure.
FAILED_ALONE := $(PY) -m pytest --last-failed --last-failed-no-failures none -m "slow and not bench"

test-bench: setup programs ## run the benchmarks that take long even on small data
	$(BESIDE) --durations=20 -m bench

coverage: setup programs ## measure which lines the fast tests execute
	$(BESIDE) -q -m "not slow and not bench" --cov --cov-report=json:artifacts/coverage.json
	$(PY) -m benchmarks.robustness.coverage artifacts/coverage.json --json
	$(PYTHON) docs/generate.py

fuzz: setup ## run the Hypothesis tests with new examples
	$(PY) -m pytest -n 2 -m hypothesis --hypothesis-profile=fuzz

lint: setup ## check style and types: ruff, mypy --strict
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: setup ## fix style and format the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

docs: ## update the generated tables of the docs
	$(PYTHON) docs/generate.py

notebook: setup ## run the notebook of the docs and keep what it shows
	PYTHONPATH=. $(PY) docs/execute_notebook.py

man: setup ## write the manual page from the commands
	$(PY) docs/generate_man.py

messages: setup ## bring the page's translations up to date and list what is missing
	$(PY) -m ui.locale.catalogue

bench: setup ## measure answers on the sample library
	$(PY) -m benchmarks.quality.sample
	@echo "Other benchmarks and their data: benchmarks/README.md"

setup: $(READY) ## create .venv and install everything (5 to 15 minutes the first time)

# gcc 12 forgets half of what it should load into AMX's tiles (its header names eight bytes of the sixty-four), and
# llama.cpp then dies of an illegal instruction. Without AMX it goes by AVX-512.
NO_AMX := $(shell echo | c++ -mno-amx-int8 -x c++ -fsyntax-only - 2>/dev/null && echo -mno-amx-int8)
ifneq ($(NO_AMX),)
export CMAKE_ARGS ?= -DCMAKE_C_FLAGS=$(NO_AMX) -DCMAKE_CXX_FLAGS=$(NO_AMX)
endif

# Anew when the dependencies change. llama-cpp-python is compiled here (about 5 minutes the first time).
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Oaken needs Python 3.11 or newer.")'
	@command -v c++ >/dev/null || { echo "A C++ compiler is needed (Debian: apt install g++)"; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv .venv
	@echo 'Setting up .venv (5 to 15 minutes the first time: llama.cpp is compiled)'
	$(PY) -m pip install -qq -c constraints.txt -e '.[dev]'
	touch $(READY)

# Tests use the real programs: Chromium for the page, tesseract for scans, LibreOffice for older office files, strace to see
# what leaves the machine, PostgreSQL for a ledger on a server. Where one is missing and we may, all are installed (200 MB
# to fetch beside Chromium, one to two minutes).
PROGRAMS := strace chromium fonts-dejavu-core tesseract-ocr tesseract-ocr-spa tesseract-ocr-rus \
  libreoffice-writer-nogui libreoffice-impress-nogui postgresql
programs:
	@{ command -v chromium && command -v strace && command -v soffice \
	  && { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } && tesseract --list-langs | grep -qx spa \
	  && tesseract --list-langs | grep -qx rus; } >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo 'Installing Chromium, tesseract, LibreOffice, PostgreSQL and strace for the tests (one to two minutes)' \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PROGRAMS) >/dev/null; } \
	  || { echo "The tests need Chromium, tesseract, LibreOffice, PostgreSQL and strace (Debian: apt install $(PROGRAMS))"; exit 1; }

clean: ## delete .venv and everything the other targets made
	rm -rf .venv .demo artifacts dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
