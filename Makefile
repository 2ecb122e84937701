# Tasks of this repository. `make help` lists them.
#
# Everything runs in .venv, which is made and kept up to date by the first task that needs it.
# Another Python: make PYTHON=python3.12 setup

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RELEASE := .venv-release
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
-include deploy/base-image.env
# -qq: pip warns of an lxml extra that pyproject.toml makes up for; see lxml-html-clean there.
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
# One more than there are processors: many tests wait for a server, a time or a process.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: help setup setup-dev demo eval eval-extraction train-extraction test check fuzz fuzz-api sources docs picture gallery journeys bench \
	bench-memory bench-names bench-backfill bench-poll bench-care bench-archive bench-workers bench-pages \
	bench-copy simulate lock relock release check-deploy image pin-image rehearse-image rehearse-units clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## Make .venv and install Pactwatch in it

setup-dev: $(VENV)/.installed-dev ## The same, with the tools for tests and checks

demo: setup ## Run the whole job against an offline newsroom
	@$(BIN)/pactwatch demo

# How many texts of the whole stream each stratum of the corpus stands for; see its LABELS.md.
STRATA ?= 11=1285,10=3296,01=4272,00=15823

eval: setup ## Measure detection: make eval CORPUS=folder-of-labelled-texts
	@test -n "$(CORPUS)" || { echo "Name a folder or file of labelled texts: make eval CORPUS=folder" >&2; exit 2; }
	@$(BIN)/pactwatch rules eval "$(CORPUS)" --strata "$(STRATA)" --folds-by source

eval-extraction: setup ## Measure extraction beside Trafilatura: make eval-extraction CORPUS=folder-of-labelled-pages
	@test -n "$(CORPUS)" || { echo "Name a folder of labelled pages: make eval-extraction CORPUS=folder" >&2; exit 2; }
	@$(BIN)/python -m pactwatch.extraction_eval "$(CORPUS)"

train-extraction: setup ## Fit the line filter to labelled pages: make train-extraction CORPUS=folder [WRITE=--write]
	@test -n "$(CORPUS)" || { echo "Name a folder of labelled pages: make train-extraction CORPUS=folder" >&2; exit 2; }
	@$(BIN)/python -m pactwatch.extraction_train "$(CORPUS)" $(WRITE)

test: setup-dev ## Run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: setup-dev ## Lint, types, import directions, sizes, dependencies, spelling
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/unit/repository/test_sizes.py
	$(BIN)/deptry .
	$(BIN)/codespell

MINUTES ?= 10
fuzz: setup-dev ## Look for pages that break the extraction: make fuzz MINUTES=10; PAGES=folder of pages to begin with
	@$(INSTALL) "atheris>=3,<4"
	@$(BIN)/python -m tests.fuzz.run $(MINUTES) $(PAGES)

fuzz-api: setup-dev ## Ask the API all that its description allows: make fuzz-api EXAMPLES=100
	@$(INSTALL) "schemathesis>=4,<5"
	@$(BIN)/python -m tests.fuzz.api $(or $(EXAMPLES),100)

sources: setup-dev ## Write scrapers/sources from the table of outlets
	@$(BIN)/python -m scrapers.outlets

docs: setup-dev ## Write the generated parts of docs/reference
	@$(BIN)/python -m pactwatch.reference docs/reference

picture: setup-dev ## Draw docs/demo.svg, the picture in the README
	@$(BIN)/python -m pactwatch.picture docs/demo.svg

gallery: setup-dev ## See messages as Slack and mail show them: build/gallery, docs/digest.png, docs/week.png; needs chromium
	@$(INSTALL) "playwright>=1.55,<2"
	@$(BIN)/python -m tests.gallery build/gallery docs

journeys: setup-dev ## Use the pages in a browser, with pictures in build/journeys; needs chromium, and npm for axe-core
	@$(INSTALL) "playwright>=1.55,<2"
	@PACTWATCH_JOURNEYS=build/journeys $(BIN)/python -m pytest -q tests/browser

# Peers in environments of their own: make bench PAGES=folder PEERS="--py newspaper4k=… --py newsplease=…"
bench: setup-dev ## Extraction, crawl and peers beside each other: make bench PAGES=folder of news pages
	@$(BIN)/python -m tests.bench.bench $(PAGES) $(PEERS)

bench-memory: setup-dev ## Whether memory stays flat over 10,000 articles: make bench-memory PAGES=folder of news pages
	@$(BIN)/python -m tests.bench.bench_memory $(PAGES)

bench-names: setup-dev ## Measure what finding names costs: make bench-names PAGES=folder of news pages
	@$(BIN)/python tests/bench/bench_names.py $(PAGES)

bench-backfill: setup-dev ## Measure a backfill beside extraction alone: make bench-backfill PAGES=folder of news pages COPIES=4
	@$(BIN)/python -m tests.bench.bench_backfill $(PAGES) $(COPIES)

bench-archive: setup-dev ## Measure what the archive answers and how fast: make bench-archive ARTICLES=1000000 ARGS=--postgresql
	@$(BIN)/python -m tests.bench.bench_archive $(or $(ARTICLES),100000) $(ARGS)

bench-pages: setup-dev ## Measure the pages: make bench-pages ARCHIVE=file that bench-archive kept, or a database's address
	@$(BIN)/python -m tests.bench.bench_pages $(ARCHIVE)

bench-poll: setup-dev ## Measure polls with nothing new beside Scrapy alone, and an idle service; takes minutes
	@$(BIN)/python -m tests.bench.bench_poll $(ARGS)

bench-care: setup-dev ## Measure the graph, copies and pruning: make bench-care ARGS="10000 100000"
	@$(BIN)/python -m tests.bench.bench_care $(ARGS)

bench-workers: setup-dev ## Workers on one PostgreSQL: make bench-workers ARGS=polls (or outage, "throughput PAGES", backfill); takes minutes
	@$(BIN)/python -m tests.bench.bench_workers $(or $(ARGS),polls)

lock: setup-dev ## Resolve the dependencies anew: requirements.lock, requirements-dev.lock, deploy/*.lock
	@$(INSTALL) "uv>=0.13,<0.14"
	@$(MAKE) --no-print-directory relock UPGRADE=--upgrade

# The same without newer versions: what is locked stays, as long as pyproject.toml allows it.
relock: setup-dev
	@$(BIN)/uv --version >/dev/null 2>&1 || $(INSTALL) "uv>=0.13,<0.14"
	@$(COMPILE) pyproject.toml $(EXTRAS) --output-file requirements.lock
	@$(COMPILE) pyproject.toml $(EXTRAS) --extra parquet --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(COMPILE) --group pyproject.toml:build --output-file deploy/requirements-build.lock
	@$(COMPILE) --group pyproject.toml:release --output-file deploy/requirements-release.lock
	@$(COMPILE) --group pyproject.toml:deploy --constraint requirements-dev.lock --output-file deploy/requirements-deploy.lock

check-deploy: setup-dev ## Lint and validate deploy/ with hadolint, kubernetes-validate, systemd and kubectl, as far as they are there
	@$(INSTALL) --require-hashes -r deploy/requirements-deploy.lock
	@$(BIN)/python -m pytest -q -rs tests/unit/deploy

release: $(RELEASE)/.installed setup-dev ## Build sdist and wheel twice, use the wheel, list licences and materials: dist/
	@$(RELEASE)/bin/python -m tests.release $(ARGS)

# deploy/base-image.env is read by make.
image: ## Build the container image; refuses a base that is not pinned by digest
	@echo "$(BASE_DIGEST)" | grep -qE '^sha256:[0-9a-f]{64}$$' || { echo "deploy/base-image.env has no digest; run make pin-image" >&2; exit 2; }
	docker build -f deploy/Dockerfile --build-arg PYTHON_IMAGE=$(BASE_IMAGE)@$(BASE_DIGEST) -t pactwatch:$(VERSION) .

pin-image: ## Pin the image's base by its present digest; needs docker and a network
	@digest=$$(docker buildx imagetools inspect "$(BASE_IMAGE)" --format '{{.Manifest.Digest}}') && \
		sed -i "s|^BASE_DIGEST=.*|BASE_DIGEST=$$digest|" deploy/base-image.env && echo "$(BASE_IMAGE)@$$digest"

rehearse-image: setup-dev ## Run deploy/Dockerfile without an engine: make rehearse-image ROOTFS=debian-tree ARGS="--bind FILE"
	@test -d "$(ROOTFS)" || { $(BIN)/python -m tests.rehearsal.image --help; exit 2; }
	@$(BIN)/python -m tests.rehearsal.image "$(ROOTFS)" $(ARGS)

rehearse-units: setup-dev ## Run the systemd units in a container: make rehearse-units SYSROOT=debian-tree OPT=opt-of-the-image
	@test -d "$(SYSROOT)" -a -d "$(OPT)" || { echo "See tests/rehearsal/units.py" >&2; exit 2; }
	@$(BIN)/python -m tests.rehearsal.units "$(SYSROOT)" "$(OPT)"

bench-copy: setup-dev ## Measure moves of an archive between SQLite and PostgreSQL: make bench-copy ARTICLES=100000
	@$(BIN)/python -m tests.bench.bench_copy $(or $(ARTICLES),100000) $(ARGS)

simulate: setup-dev ## What an installation needs: make simulate ARGS="--sources 100000 --articles 1000000000"
	@$(BIN)/python -m tests.bench.simulate_scale $(ARGS)

clean: ## Remove .venv, caches and build results
	rm -rf $(VENV) $(RELEASE) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# No index addresses: the lock works with whatever index pip is set up for.
COMPILE = $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
EXTRAS := --extra postgres --extra apprise --extra picture --extra mcp --extra otel

# pip refuses a local project where hashes are demanded, so the project itself is a second step.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Pactwatch in $(VENV); this happens once and takes about a minute."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing Pactwatch and its test tools in $(VENV); this happens once and takes about a minute."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@ $(VENV)/.installed

$(RELEASE)/.installed: deploy/requirements-release.lock | $(BIN)/python
	@$(PYTHON) -m venv $(RELEASE)
	@$(RELEASE)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r deploy/requirements-release.lock
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or later, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON) is Python %d.%d. Pactwatch needs 3.11 or later; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
