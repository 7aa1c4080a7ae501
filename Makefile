# make demo                 train a VAE on the digits that come with scikit-learn, and report on it
# make demo DATA=mnist      the same on MNIST (DATA_DIR=folder where it is prepared)
# make quick                what a change is likely to break, on one backend (BACKEND=jax: on JAX)
# make test                 lint, and the suite on each backend (make -j2 test: two at a time)
# make test-all             with what is long and rarely breaks, too
# make bench DATA=mnist     measure everything (make bench-quick: a look; bench-gpu: on a GPU)
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
# Of the suite: what depends on the backend, on each of them; and what does not, on PyTorch, which
# compiles nothing. The longest first.
LANES := jax tensorflow once torch
TESTS := quick $(LANES:%=test-%)
# With another job on the machine two threads that spin are slower than one.
$(TESTS) $(LANES:%=all-%): export OMP_NUM_THREADS = 1
# The same small models are compiled again and again, and each is run a few times.
$(TESTS): export JAX_DISABLE_MOST_OPTIMIZATIONS = 1
$(TESTS): export JAX_TRACEBACK_IN_LOCATIONS_LIMIT = 0
$(TESTS): export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS = 0
$(TESTS): export JAX_COMPILATION_CACHE_DIR = $(TEST_CACHE)
# By default XLA takes twice as long to compile what is run a few times.
test-jax quick-jax: export XLA_FLAGS = --xla_cpu_use_fusion_emitters=false
# UMAP compiles for a minute, and each test maps some dozens of points.
$(TESTS): export NUMBA_DISABLE_JIT = 1
TEST_CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kerae/jax

lane = KERAS_BACKEND=$(subst once,torch,$1) $(PYTEST) -m "$(if $(filter once,$1),,not )once$2"

.PHONY: demo lint quick test test-all $(foreach run,quick test all,$(LANES:%=$(run)-%)) bench bench-quick bench-gpu clean

demo: $(VENV)/installed-$(BACKEND),analysis,data,serve
	$(BIN)/kerae train vae --data $(DATA) $(if $(DATA_DIR),--data-dir $(DATA_DIR)) \
		--latent-dim 2 --batch-size 64 --epochs $(EPOCHS) --backend $(BACKEND) \
		--out $(OUT) --overwrite
	$(BIN)/kerae report $(OUT) --backend $(BACKEND)
	@echo "Next: open the report in a browser"
	@echo "      $(BIN)/kerae explore $(OUT)"
	@echo "      make demo DATA=mnist"

test: lint $(LANES:%=test-%)
test-all: lint $(LANES:%=all-%)

lint: $(VENV)/installed-all,test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --pythonpath $(BIN)/python

quick: BACKEND = torch
quick: $(VENV)/installed-all,test
	$(MAKE) --jobs=2 lint quick-$(BACKEND)

$(LANES:%=quick-%): quick-%:
	$(call lane,$*, and not slow and not nightly)

$(LANES:%=test-%): test-%: $(VENV)/installed-all,test
	$(call lane,$*, and not nightly)

$(LANES:%=all-%): all-%: $(VENV)/installed-all,test
	KERAE_TEST_ALL=1 $(call lane,$*)

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py $(BENCH_OPTIONS) > performance.md
	mv performance.md docs/results/performance.md

bench-quick: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py --quick $(BENCH_OPTIONS)

# With the JAX and PyTorch of PYTHON, which know of the GPU; beside them it needs Keras.
bench-gpu:
	$(PYTHON) benchmarks/performance.py --gpu $(BENCH_OPTIONS) > performance_gpu.md
	mv performance_gpu.md docs/results/performance_gpu.md

$(BIN)/python:
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
		f"kerae needs Python 3.11 to 3.13. Received: {v[0]}.{v[1]}. Run make PYTHON=python3.13 …")'
	$(PYTHON) -m venv $(VENV)

# uv is faster than pip; but only pip knows what pip was configured with: a build of PyTorch for
# CPUs, or where all packages are (then uv fails, and pip goes on).
comma := ,
KERAE = --constraint constraints.txt --editable '.[$*]'
TORCH = $(if $(filter all torch test bench,$(subst $(comma), ,$*)),torch)
# Python compiles what is imported, once; pip would compile all there is.
unexport PYTHONDONTWRITEBYTECODE
$(VENV)/installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing kerae[$*] in $(VENV): this takes some minutes."
	$(PIP) install --quiet --no-compile --constraint constraints.txt uv $(TORCH)
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python $(KERAE) || \
		$(PIP) install --quiet --no-compile $(KERAE)
	touch $@

clean:
	rm -rf $(VENV) $(TEST_CACHE)
