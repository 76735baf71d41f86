# Each target is one line that calls a program; `make help` lists them.
STACK ?= dev
SETUP = python3 -m bootstrap
RUN = .venv/bin/python -m

.PHONY: help setup up preview status down test lint bench conformance
help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile
setup: ## Install the tools: Python environment, Pulumi, plugins, Docker Engine, base image
	@$(SETUP)
up: ## Bring the platform up and validate it (STACK=dev)
	@$(SETUP) && $(RUN) ops.cli up --stack $(STACK)
preview: ## Show what `make up` would change; needs no Docker Engine
	@$(SETUP) --without-docker && $(RUN) ops.cli preview --stack $(STACK)
status: ## Show what runs
	@$(RUN) ops.cli status --stack $(STACK)
down: ## Remove the platform, keep its data (PURGE=1 removes it too after asking; YES=1 does not ask)
	@$(RUN) ops.cli down --stack $(STACK) $(if $(PURGE),--purge) $(if $(YES),--yes)
test: ## Run every test
	@$(SETUP) --with-dev --without-docker && $(RUN) tests.run
lint: ## Check style and types
	@$(SETUP) --with-dev --without-docker && $(RUN) tests.lint
bench: ## Measure
	@$(SETUP) --with-dev && $(RUN) bench
conformance: ## Test the plugins against the provider's facts (PLUGINS=official: the official ones)
	@$(SETUP) --with-dev && $(RUN) tests.run pulumi conformance
