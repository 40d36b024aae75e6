# The two targets a new user needs: `make demo` and `make test`.
PRESET ?= release
BUILD := $(if $(filter release,$(PRESET)),build,build-$(PRESET))

.PHONY: all demo test test-kubernetes build packages bench bench-samplers bench-nas bench-nas-speed bench-ui bench-operators test-pages sdk test-sdk bench-sdk clean

all: build

packages:
	@scripts/install-packages

$(BUILD)/build.ninja: | packages
	cmake --preset $(PRESET)

build: packages $(BUILD)/build.ninja
	cmake --build $(BUILD)

demo: build
	@scripts/demo $(BUILD)/bin

test: build sdk
	@scripts/install-packages scripts/packages-tests.txt scripts/packages-sdk-tests.txt
	ctest --test-dir $(BUILD) --output-on-failure --parallel 2 --exclude-regex kubernetes_cluster
	@echo "the tests on a Kubernetes cluster are not among these: make test-kubernetes runs them"

# The tests on a real Kubernetes control plane, which the first run builds (four minutes on two quiet
# cores) and keeps outside the tree; see tests/engines/kubernetes/build-servers.
test-kubernetes: packages $(BUILD)/build.ninja
	@scripts/install-packages scripts/packages-tests.txt
	@tests/engines/kubernetes/build-servers
	cmake --build $(BUILD) --target tests_kubernetes_cluster
	QALAM_IMAGE_PATH="$(abspath $(BUILD))/bin" tests/engines/kubernetes/cluster -- \
	  ctest --test-dir $(BUILD) --output-on-failure --parallel 2 --label-regex cluster $(ARGUMENTS)

# The Python SDK's wheel, and build/sdk/venv with it installed beside Debian's packages.
sdk: packages $(BUILD)/build.ninja
	@scripts/install-packages scripts/packages-sdk.txt
	cmake --build $(BUILD) --target sdk
	@echo "use $(BUILD)/sdk/venv/bin/python; the wheel is in $(BUILD)/sdk/dist"

# Its tests alone, against real servers; some two minutes.
test-sdk: sdk
	@scripts/install-packages scripts/packages-sdk-tests.txt
	@scripts/test-sdk $(BUILD) $(ARGUMENTS)

bench: build
	@scripts/install-packages scripts/packages-bench.txt
	cmake --build $(BUILD) --target benchmarks
	bench/run $(BUILD)/bin

bench-samplers: packages $(BUILD)/build.ninja
	@scripts/install-packages scripts/packages-bench.txt
	cmake --build $(BUILD) --target sampler_benchmarks
	nice bench/samplers/run $(BUILD)/bin $(ARGUMENTS)

# Architecture search on a table of measured architectures: make bench-nas TABLE=table.csv.gz
bench-nas: packages $(BUILD)/build.ninja
	@test -n "$(TABLE)" || { echo "say which table: make bench-nas TABLE=FILE"; exit 1; }
	@scripts/install-packages scripts/packages-bench.txt
	cmake --build $(BUILD) --target sampler_benchmarks
	nice bench/samplers/run $(BUILD)/bin --suites nas --table "$(TABLE)" $(ARGUMENTS)

# Steps and whole searches beside Python's torch.
bench-nas-speed: packages $(BUILD)/build.ninja
	cmake --build $(BUILD) --target nas_benchmarks
	bench/nas/speed $(BUILD)/bin $(ARGUMENTS)

# The process operator beside the raw rate of starting processes, and early stopping's saving; the
# Slurm operator beside a loop of sbatch, on a cluster of its own.
bench-operators: build
	@scripts/install-packages scripts/packages-tests.txt
	cmake --build $(BUILD) --target bench_operators bench_slurm
	PATH="$(abspath $(BUILD))/bin:$$PATH" $(BUILD)/bin/bench_operators \
	  examples/digits/median-stop.yaml bench/results/operators.json
	tests/engines/slurm/cluster run $(abspath $(BUILD))/bench-slurm \
	  $(BUILD)/bin/bench_slurm 16 bench/results/operators.json

# The web UI in chromium, against real servers; web/node_modules has what drives it.
bench-ui: build
	cmake --build $(BUILD) --target ui_benchmarks
	node bench/ui/run.mjs $(BUILD)/bin $(ARGUMENTS)

# The Python SDK beside Optuna's storages: asking and telling, reporting, importing.
bench-sdk: sdk
	@scripts/install-packages scripts/packages-bench.txt
	$(BUILD)/sdk/venv/bin/python bench/python/run.py $(ARGUMENTS)

# The web UI's pages as a person uses them, in chromium, against the real program.
test-pages: build
	cd web && QALAM_BINARY="$(abspath $(BUILD))/bin/qalam" npm run e2e

clean:
	cmake -E rm -rf $(BUILD)
