# One word per wish; `make` alone lists them. The promises behind the names stand in README.md.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-faults lint lint-translations bench messages clean
SHELL := /bin/sh

PYTHON_IN_VENV := .venv/bin/python
PORT ?= 8000
STAGE ?= informal
FAULT_RECIPIENTS ?= 500
PO := $(wildcard locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)

# Settings want these before they load; the tools of `make lint` use none of them.
NO_ENGINES := DATABASE_URL=postgresql://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1:1/0 \
	SECRET_KEY=of-no-use-to-anyone-this-key-only-lets-the-settings-be-read-by-checking-tools
PRODUCTION := $(NO_ENGINES) BASE_URL=https://portal.example.org ALLOWED_HOSTS=portal.example.org DEMO=False

# Hundreds of programs start in a run of the tests; without its bytecode each would compile the whole house.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make demo       set up and run the portal with sample data on http://127.0.0.1:$(PORT)"
	@echo "make test       set up and run all tests, those of faults with $(FAULT_RECIPIENTS) recipients"
	@echo "make test-fast  the tests without browser, faults and slow ones"
	@echo "make test-faults  these alone: break workers, engines and the mail server"
	@echo "make lint       style, types, migrations, deploy checks, translations"
	@echo "make bench      measure, and write var/bench/*.json"
	@echo "make messages   compile the translations"
	@echo "make clean      remove .venv and var"

demo: .venv/ready-to-run $(MO)
	@PORT=$(PORT) STAGE=$(STAGE) exec $(PYTHON_IN_VENV) -m imc_portal.demo --with-parent

# A file of tests is one worker's: some build one world for all of it, some tell one story in order.
test: .venv/ready-to-test $(MO)
	@FAULT_RECIPIENTS=$(FAULT_RECIPIENTS) $(PYTHON_IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: .venv/ready-to-run $(MO)
	@$(PYTHON_IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not browser and not faults and not bench"

test-faults: .venv/ready-to-test $(MO)
	@FAULT_RECIPIENTS=$(FAULT_RECIPIENTS) $(PYTHON_IN_VENV) -m pytest -m faults -s

lint: .venv/ready-to-lint $(MO)
	@$(PYTHON_IN_VENV) -m ruff check
	@$(PYTHON_IN_VENV) -m ruff format --check
	@$(NO_ENGINES) $(PYTHON_IN_VENV) -m mypy
	@$(PYTHON_IN_VENV) manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PYTHON_IN_VENV) -W error manage.py check --deploy --fail-level WARNING
	@$(MAKE) --no-print-directory lint-translations

lint-translations: .venv/ready-to-lint
	@$(PYTHON_IN_VENV) -m imc_portal.translations check

bench: .venv/ready-to-test $(MO)
	@$(PYTHON_IN_VENV) -m tests.bench

messages: .venv/ready-to-run $(MO)

locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po | .venv/ready-to-run
	@$(PYTHON_IN_VENV) -m imc_portal.translations compile $< $@

clean:
	@if [ -x $(PYTHON_IN_VENV) ] && [ -d var ]; then $(PYTHON_IN_VENV) -m imc_portal.engines stop; fi
	@rm -rf .venv var $(MO)

.venv/ready-to-%: bin/set-up requirements.lock
	@bin/set-up $*
	@touch $@
