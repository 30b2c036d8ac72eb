# Mingjian: `make` alone lists what there is to make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CONFIGURATION := release
# Testing is enabled in the one release build, so that the command and the tests share it.
BUILD := swift build -c $(CONFIGURATION) -Xswiftc -enable-testing
BIN := .build/$(CONFIGURATION)/mingjian

.PHONY: help bootstrap build demo test lint format rules pages simulate bench clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

bootstrap: ## Install what the build needs (apt, as root or by sudo)
	@scripts/bootstrap

build: bootstrap ## Build .build/release/mingjian
	$(BUILD) --product mingjian

demo: build ## Inspect the demo shop's week: report on the terminal and in report.html
	@scripts/demo $(BIN)

test: bootstrap ## Run every test on the release build
	$(BUILD) --build-tests
	MINGJIAN_BIN=$(CURDIR)/$(BIN) swift test -c $(CONFIGURATION) -Xswiftc -enable-testing --skip-build
	scripts/api-check $(BIN)

simulate: bootstrap ## Run a day of live monitoring under faults: SEED=n, or else the seeds 1, 2, 3 and those that once failed
	$(BUILD) --build-tests
	MINGJIAN_SEED=$(SEED) swift test -c $(CONFIGURATION) -Xswiftc -enable-testing --skip-build --filter SimulationTests

lint: bootstrap ## Check formatting
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## Format all Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests

rules: build ## Run the examples inside all shipped rules
	$(BIN) rules test Rules

pages: build ## Write the pages of the shipped rules (docs/rules)
	$(BIN) rules docs Rules --out docs/rules

bench: build ## Run the benchmarks against their peers (long; installs peers into a local venv)
	Benchmarks/run.sh

clean: ## Remove what was built
	swift package clean
