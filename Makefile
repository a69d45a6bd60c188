# Every verb of the project. Each does its own set-up; a machine needs make and Python 3.11 or newer, nothing else.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON := $(BIN)/python
CDK    := infra/node_modules/.bin/cdk
STATE_MACHINES := $(wildcard statemachines/*.asl.json)
SOURCES := functions infra tests

# What is deployed runs on 3.13, so that is preferred: on the path, or where pyenv keeps it. The first that really runs
# is taken: pyenv puts names on the path that may have no Python behind them.
PYENV_ROOT ?= $(HOME)/.pyenv
PYTHONS := python3.13 $(wildcard $(PYENV_ROOT)/versions/3.13*/bin/python) python3 python3.12 python3.11 python

# Arguments for the tool behind a verb: make test ARGS="-k holidays", make deploy ARGS="-c name=tocsin-staging".
ARGS  ?=
PORT  ?= 8000
SPEED ?= 1

PYTHON_READY := $(VENV)/.ready
NODE_READY   := infra/node_modules/.ready

# Node comes as a wheel, so npm and the tools that start `node` find it in the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/functions
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo serve test check format format-check lint types machines description synth template-check \
	rehearse coverage deploy first-deploy bench lock clean

help: ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(PYTHON_READY) ## Play a ticket's life on this machine, months in seconds
	@$(PYTHON) -m infra.local.demo $(ARGS)

serve: $(PYTHON_READY) ## Serve the whole system on 127.0.0.1 (PORT=8000; SPEED=60 for a minute per second, 0 to stand still; VERBOSE=1)
	@PORT='$(PORT)' SPEED='$(SPEED)' $(PYTHON) -m infra.local.serve $(ARGS)

test: $(PYTHON_READY) ## Run the tests
	@$(BIN)/pytest -q -n 2 --dist loadscope $(ARGS)

# Types and what is deployed are checked side by side: each keeps one core busy for minutes.
check: format-check lint $(NODE_READY) ## Run everything that a change has to pass
	@$(MAKE) types & types=$$!; $(MAKE) machines description template-check rehearse && wait $$types
	@$(MAKE) test

format: $(PYTHON_READY) ## Lay out the code, and mend what can be mended without thought
	@$(BIN)/ruff check --quiet --fix-only $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

format-check: $(PYTHON_READY)
	@$(BIN)/ruff format --check $(SOURCES)

lint: $(PYTHON_READY) ## Check the code's style
	@$(BIN)/ruff check $(SOURCES)

types: $(PYTHON_READY) ## Check the types
	@$(BIN)/mypy $(SOURCES)

machines: $(NODE_READY) ## Check the state machines
	@infra/node_modules/.bin/asl-validator $(addprefix --json-path ,$(STATE_MACHINES))

description: $(NODE_READY) ## Check the API's description, OpenAPI, by the rules that redocly recommends
	@mkdir -p build
	@$(PYTHON) -m infra.description > build/openapi.json
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		infra/node_modules/.bin/redocly lint --extends recommended build/openapi.json

synth: $(NODE_READY) ## Write the CloudFormation template into cdk.out; fails on a security finding
	@rm -rf cdk.out
	@$(CDK) synth --quiet $(ARGS)

# W3005: CDK writes dependencies that are implied already.
template-check: synth ## Check the CloudFormation template
	@$(BIN)/cfn-lint --ignore-checks W3005 -- cdk.out/*.template.json

rehearse: synth ## Deploy the template into moto on this machine, with the real command line
	@$(PYTHON) -m infra.rehearsal

coverage: $(PYTHON_READY) ## Run the tests and measure what they reach
	@$(BIN)/pytest -q -n 2 --dist loadscope --cov $(ARGS)

deploy: $(NODE_READY) ## Deploy into the AWS account that the environment's credentials belong to
	$(CDK) deploy $(ARGS)

# Only then can a deployment that fails be removed whole, see infra/runbook.md.
first-deploy: $(NODE_READY) ## Deploy for the first time under a name, so that a failure leaves nothing behind
	$(CDK) deploy -c first=yes $(ARGS)
	$(CDK) deploy $(ARGS)

bench: $(PYTHON_READY) ## Measure speed and the cost of a ticket (ARGS="tickets imports" for some)
	@$(PYTHON) -m tests.benchmarks $(ARGS)

COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" pyproject.toml
# What the Lambda runtime brings is left out of the asset (AWS documentation, "Lambda runtimes", 2026-11).
RUNTIME_BRINGS := boto3 botocore s3transfer jmespath python-dateutil urllib3 six

lock: $(PYTHON_READY) ## Pin the dependencies anew (ARGS=--upgrade for newer ones)
	@$(COMPILE) --universal --python-version 3.11 --all-extras --output-file requirements.lock $(ARGS)
	@$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux_2_34 --only-binary :all: \
		--constraint requirements.lock $(addprefix --no-emit-package ,$(RUNTIME_BRINGS)) \
		--output-file functions/requirements.lock

clean: ## Remove everything that the other verbs made
	@rm -rf $(VENV) build cdk.out infra/node_modules .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# pip brings uv, pinned and with hashes like everything else; uv brings the rest, in a fraction of the time.
$(PYTHON_READY): requirements.lock
	@$(BIN)/python -c '' 2>/dev/null || { \
		found=; for candidate in $(PYTHONS); do \
			if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
		done; \
		test -n "$$found" || { echo "Tocsin needs Python 3.11 or newer" >&2; exit 1; }; \
		echo "Making $(VENV) with $$found"; \
		"$$found" -m venv --clear $(VENV); \
	}
	@awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/uv --version >/dev/null 2>&1 || \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.lock
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(PYTHON) requirements.lock
	@touch $@

$(NODE_READY): infra/package-lock.json infra/package.json $(PYTHON_READY)
	@$(BIN)/npm ci --silent --prefix infra
	@touch $@
