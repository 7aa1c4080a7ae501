# make demo                 train a VAE on the digits that come with scikit-learn, and report on it
# make demo DATA=mnist      the same on MNIST (DATA_DIR=folder where it is prepared)
# make test                 lint, and the whole suite on each backend (make -j2 test: two at a time)
# make bench DATA=mnist     measure everything (make bench-quick: a look)
PYTHON ?= python3
VENV ?= .venv
DATA ?= digits
BACKEND ?= tensorflow
EPOCHS ?= $(if $(filter digits,$(DATA)),200,10)
OUT ?= saved_models/vae_$(notdir $(patsubst %/,%,$(DATA)))

BENCH_OPTIONS := $(if $(filter digits,$(DATA)),,--data $(DATA)) $(if $(DATA_DIR),--data-dir $(DATA_DIR))

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
export TF_CPP_MIN_LOG_LEVEL ?= 2
# PyTorch's threads spin: with another job on the machine two of them are slower than one.
test-torch: export OMP_NUM_THREADS = 1
# Tests make the same small models again and again.
test-jax: export JAX_COMPILATION_CACHE_DIR = $(CURDIR)/$(VENV)/jax_cache
test-jax: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS = 0

.PHONY: demo test lint test-once test-tensorflow test-jax test-torch bench bench-quick clean

demo: $(VENV)/installed-$(BACKEND)
	$(BIN)/kerae train vae --data $(DATA) $(if $(DATA_DIR),--data-dir $(DATA_DIR)) \
		--latent-dim 2 --batch-size 64 --epochs $(EPOCHS) --backend $(BACKEND) \
		--out $(OUT) --overwrite
	$(BIN)/kerae report $(OUT) --backend $(BACKEND)
	@echo "Next: open the report in a browser"
	@echo "      $(BIN)/kerae explore $(OUT)"
	@echo "      make demo DATA=mnist"

test: lint test-jax test-tensorflow test-once test-torch  # the longest first

lint: $(VENV)/installed-all,test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# What does not depend on the backend.
test-once: $(VENV)/installed-all,test
	KERAS_BACKEND=tensorflow $(PYTEST) -m once --durations=10

test-tensorflow test-jax test-torch: test-%: $(VENV)/installed-all,test
	KERAS_BACKEND=$* $(PYTEST) -m "not once" --durations=10

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py $(BENCH_OPTIONS) > performance.md
	mv performance.md docs/results/performance.md

bench-quick: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py --quick $(BENCH_OPTIONS)

$(BIN)/python:
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
		f"kerae needs Python 3.11 to 3.13. Received: {v[0]}.{v[1]}. Run make PYTHON=python3.13 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing kerae[$*] in $(VENV): this takes some minutes."
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$*]'
	touch $@

clean:
	rm -rf $(VENV)
