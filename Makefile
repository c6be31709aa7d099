# What a person types. `make demo` needs Python 3.11 or newer, git and make; nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Test processes side by side.
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test check lock translate reference dev clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/linli.installed ## start the demo district on PORT (default 8000) of this machine
	@exec $(BIN)/linli demo

test: $(VENV)/dev.installed ## run the whole suite on SQLite, and on PostgreSQL where one answers
	@$(BIN)/python tools/test.py --jobs $(JOBS)

check: $(VENV)/dev.installed ## style, types, floors, templates, migrations, translations, reference pages
	@$(BIN)/python tools/check.py

lock: $(VENV)/dev.installed ## pin every dependency again, with hashes
	@$(BIN)/python tools/lock.py

translate: $(VENV)/dev.installed ## collect the texts of the interface into the catalogues
	@$(BIN)/python tools/translate.py collect

reference: $(VENV)/dev.installed ## write docs/reference again from the code
	@$(BIN)/linli manage reference

dev: $(VENV)/dev.installed ## install what tests and checks need

clean: ## remove the virtual environment, never the data
	rm -rf $(VENV)

# A stamp says that its lock is installed. The dev lock holds all that is in the other, so it serves both.
$(VENV)/linli.installed: requirements.lock pyproject.toml
	@$(PYTHON) tools/install.py --venv $(VENV) --lock requirements.lock --stamp $@

$(VENV)/dev.installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) tools/install.py --venv $(VENV) --lock requirements-dev.lock --stamp $@
	@touch $(VENV)/linli.installed
