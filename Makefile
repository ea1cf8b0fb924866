# Everything in one word. `make` alone lists the words.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
WEB_WORKERS ?= 2
SUITE = $(BIN)/python -m pytest --numprocesses auto --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test coverage lint types check deployable audit messages lock retrain card screenshots bench figures prove

help: ## list these words
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

serve: $(VENV)/base .env.local ## install, migrate, load the demonstration and serve
	@$(BIN)/python -m technova.port $(HOST) $(PORT)
	@$(MANAGE) migrate --skip-checks --verbosity 0
	@$(MANAGE) bootstrap --demo --address http://$(HOST):$(PORT)
	@SEAL_EVERY=$${SEAL_EVERY:-60} SUMMARISE_EVERY=$${SUMMARISE_EVERY:-60} \
	  exec $(BIN)/gunicorn technova.wsgi --config technova/gunicorn.py \
	  --bind $(HOST):$(PORT) --workers $(WEB_WORKERS)

test: $(VENV)/dev ## the whole suite; on PostgreSQL when DATABASE_URL names one
	$(SUITE) $(ARGS)

coverage: $(VENV)/dev ## the suite, and how much of the product it runs, in reports/coverage_html
	$(SUITE) --cov --cov-report=term:skip-covered --cov-report=html --cov-report=json $(ARGS)
	$(BIN)/python -m tests.branches reports/coverage.json

lint: $(VENV)/dev ## style, imports and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/dev ## mypy, strict where design.md asks for it
	DOTENV=false SECRET_KEY=$$(printf '%050d' 0) $(BIN)/mypy  # its plugin reads settings

check: $(VENV)/base .env.local ## the system checks, and that the migrations match
	$(MANAGE) check
	$(MANAGE) makemigrations --check

deployable: $(VENV)/base ## the system checks of a deployment, under production settings
	DOTENV=false SECRET_KEY=checked-and-nowhere-used-0123456789-abcdefghijklm-xyz \
	  ALLOWED_HOSTS=hr.example.org SECURE_SSL_REDIRECT=true SECURE_HSTS_SECONDS=31536000 \
	  COOKIE_SECURE=true SILENCED_SYSTEM_CHECKS=attrition.W001 \
	  DATABASE_URL=sqlite:///:memory: $(MANAGE) check --deploy --fail-level WARNING

audit: $(VENV)/dev ## known vulnerabilities of what the service needs; asks the internet
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements/base.txt

messages: $(VENV)/dev ## collect, merge and compile the translations
	mkdir -p var
	$(BIN)/python -m babel.messages.frontend -q extract -F locale/babel.cfg --no-location --sort-output \
	  --omit-header -o var/django.pot .
	$(BIN)/python -m babel.messages.frontend -q update -D django -i var/django.pot -d locale -l fr \
	  --no-fuzzy-matching --ignore-obsolete
	$(BIN)/python -m babel.messages.frontend compile -D django -d locale -l fr

lock: $(VENV)/dev ## lock the requirements, without any index address
	set -e; for name in base dev; do $(BIN)/uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-strip-extras --custom-compile-command "make lock" \
	  requirements/$$name.in --output-file requirements/$$name.txt; done

retrain: $(VENV)/base .env.local ## train on DATA=folder and compare with what serves, to 1e-9
	@test -n "$(DATA)" || { echo "Say where the extracts are: make retrain DATA=folder"; exit 2; }
	$(MANAGE) train_model --data "$(DATA)" --reproduce "$${VERSION:-$$(cat ml_artifacts/CURRENT)}"

card: $(VENV)/base .env.local ## write docs/model-card.md of the release that serves
	$(MANAGE) write_model_card $(VERSION)

screenshots: $(VENV)/dev ## take the pictures of docs/guide-auditeur.md; PICTURES="liste cle" only these
	$(BIN)/python -m tests.screenshots $(PICTURES)

bench: $(VENV)/dev ## how fast, as ratios measured in one run; SMALL=1 only shows that it works
	DOTENV=false SECRET_KEY=measured-and-nowhere-used-0123456789-abcdefghijklm-xyz DJANGO_SETTINGS_MODULE=technova.settings \
	  MODEL_VERSION= $(BIN)/python -m tests.benchmarks $(SECTIONS)

figures: $(VENV)/dev ## write what make bench has measured into docs/performance.md
	DOTENV=false SECRET_KEY=$$(printf '%050d' 0) DJANGO_SETTINGS_MODULE=technova.settings \
	  MODEL_VERSION= $(BIN)/python -m tests.benchmarks.report

prove: $(VENV)/dev ## the tests that take minutes
	$(BIN)/python -m pytest -m long $(ARGS)

.env.local:
	@umask 077; $(PYTHON) -c "import base64, secrets, string; \
	a = string.ascii_letters + string.digits; \
	new = lambda n: ''.join(secrets.choice(a) for _ in range(n)); \
	print('# Made by make serve; .env.example says what else can stand here.'); \
	print('SECRET_KEY=' + new(64)); print('API_KEY=' + new(48)); \
	key = base64.b64encode(secrets.token_bytes(32)).decode(); \
	print('SEAL_SIGNING_KEY=' + key)" > $@

$(VENV)/base: requirements/base.txt
	@test -x $(BIN)/python || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed: make serve PYTHON=/path/to/python3.11")' \
	  && $(PYTHON) -m venv $(VENV); }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/base
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
