# Every habit is one word. On a fresh machine: Python 3.11 or later, make, and a network to the
# package registries.

PYTHON ?= python3
PORT ?= 8000
PACE ?= 12
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup demo test browser official check messages docs bench lock package sbom audit clean

help:
	@echo "make demo    tjänsten med ett påhittat län i full verksamhet (RESET=1 börjar om, PORT=8000, SIGN_IN=1)"
	@echo "make test    alla tester, också i webbläsare"
	@echo "make check   lint, typer, importkontrakt och riktlinjernas sundhet"
	@echo "make messages skärmarnas ord till översättning, och det översatta till tjänsten"
	@echo "make docs    språkets referens, av dess exempel"
	@echo "make bench   mätningar: motorn, uppspelning, sändningar, tavlor (BENCH=replay: bara den)"
	@echo "make package det som installeras i drift: tjänsten och låsta paket, i dist/"
	@echo "make sbom    vad programvaran består av, som CycloneDX"
	@echo "make audit   låsta paket: kontrollsummor, licenser, ålder, kända sårbarheter (ADVISORIES=mapp)"
	@echo "make official andras kontrollprogram för exporten, till testerna"
	@echo "make setup   bara .venv"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "Python 3.11 eller senare behövs. Ange ett med: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 2>/dev/null || \
	  { echo "uv kunde inte installeras. Finns nätverk till paketregistret?"; exit 1; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
	  --editable .
	@touch $(READY)

demo: setup
	@$(BIN)/python -m simulation --port $(PORT) --pace $(PACE) $(if $(RESET),--reset) $(if $(SIGN_IN),--sign-in)

# As many at once as there are cores, each with a database server of its own; the tests of a file
# together and in order, so that what they share is made once.
test: setup browser official
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

# Debian's Chromium, which the browser tests drive. Installed where that can be done.
browser:
	@sh tests/browser/find-chromium

# What others have made to check exported documents: npm's packages, by their own lock file.
official: setup
	@$(BIN)/python -m tests.official

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/sammanhang check guidelines/

# The words of the screens: new ones join the English catalogue without a translation (a test says
# so), those no longer used leave it. The demonstration has a catalogue of its own. The compiled catalogue is kept with the source, so that a
# clone and a package have it without a step of their own; a test holds the two together.
messages: setup messages-sammanhang messages-simulation

messages-%:
	@mkdir -p build
	$(BIN)/pybabel --quiet extract -F babel.cfg --add-location=file --sort-by-file \
	  --project=Sammanhang --version= --copyright-holder= -o build/$*.pot $*
	$(BIN)/pybabel --quiet update -i build/$*.pot -d $*/locale -D django --no-wrap \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile -d $*/locale -D django

# The reference that is made from the language's own examples.
docs: setup
	@$(BIN)/python -c "from sammanhang.governance.language_examples import reference; \
	  open('docs/language.md', 'w', encoding='utf-8').write(reference())"

bench: setup
	$(BIN)/python -m tests.load.bench $(BENCH)

# The lock file names each package with its hashes and no registry.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --upgrade -o requirements.lock

# What is installed in production: the service alone, and what it runs with.
package: setup
	@$(BIN)/python -m hatchling build --clean --target wheel
	@$(BIN)/python -m tests.supply.served dist/requirements.lock

# What the software is made of, with licences, in CycloneDX form.
sbom: setup
	@mkdir -p build
	$(BIN)/python -m tests.supply.sbom build/sbom.json

# Pinned, permitted, not a quarter behind, and nothing known against it: OSV's advisories are fetched,
# or ADVISORIES is another address, a zip file or a folder of them.
audit: setup
	$(BIN)/python -m tests.supply.audit $(if $(ADVISORIES),--advisories $(ADVISORIES))

clean:
	rm -rf .venv bench-results test-results
