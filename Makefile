# The two targets a new user needs: `make demo` and `make test`.
PRESET ?= release
BUILD := $(if $(filter release,$(PRESET)),build,build-$(PRESET))

.PHONY: all demo test test-asan test-asan-libtorch test-tsan test-kubernetes build packages bench bench-samplers bench-nas bench-nas-speed bench-ui bench-operators bench-store test-pages sdk test-sdk bench-sdk fuzz clean

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
	ctest --test-dir $(BUILD) --output-on-failure --parallel 3 --exclude-regex kubernetes_cluster
	@echo "the tests on a Kubernetes cluster are not among these: make test-kubernetes runs them"

# The tests in C++ under clang's address and undefined-behaviour sanitizers, in the build that fuzzes,
# and what has threads under g++'s of threads: make test-asan, PARTS=services for a part of them. Those
# of libtorch under g++'s sanitizers, since clang does not take its headers as C++20.
test-asan: PARTS ?= services algorithms
test-asan-libtorch: PARTS ?= libtorch
test-tsan: PARTS ?= services
test-asan test-asan-libtorch test-tsan: test-%: packages
	@scripts/install-packages scripts/packages-tests.txt scripts/packages-fuzz.txt
	cmake --preset $*
	cmake --build build-$* --target $(addprefix tests_,$(PARTS))
	scripts/test-sanitized build-$* $(PARTS) -- $(ARGUMENTS)

# The tests on a real Kubernetes control plane, which the first run builds (four minutes on two quiet
# cores) and keeps outside the tree; see tests/engines/kubernetes/build-servers.
test-kubernetes: packages $(BUILD)/build.ninja
	@scripts/install-packages scripts/packages-tests.txt
	@tests/engines/kubernetes/build-servers
	cmake --build $(BUILD) --target tests_kubernetes_cluster
	QALAM_IMAGE_PATH="$(abspath $(BUILD))/bin" tests/engines/kubernetes/cluster -- \
	  ctest --test-dir $(BUILD) --output-on-failure --parallel 3 --label-regex cluster $(ARGUMENTS)

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
# Slurm operator beside a loop of sbatch, and the Kubernetes operator beside Jobs made through the
# API alone, each on a cluster of its own. Four jobs at once: more, on two cores, measure how Slurm's
# own daemons wait for each other.
bench-operators: build
	@scripts/install-packages scripts/packages-tests.txt
	cmake --build $(BUILD) --target bench_operators bench_slurm bench_kubernetes
	PATH="$(abspath $(BUILD))/bin:$$PATH" $(BUILD)/bin/bench_operators \
	  examples/digits/median-stop.yaml bench/results/operators.json
	QALAM_NODE_CPUS=1 tests/engines/slurm/cluster run $(abspath $(BUILD))/bench-slurm \
	  $(BUILD)/bin/bench_slurm 4 bench/results/operators.json
	tests/engines/kubernetes/build-servers
	QALAM_IMAGE_PATH="$(abspath $(BUILD))/bin" tests/engines/kubernetes/cluster -- \
	  $(BUILD)/bin/bench_kubernetes 4 bench/results/operators.json

# SQLite and PostgreSQL as the store, beside Optuna's storages.
bench-store: packages $(BUILD)/build.ninja
	@scripts/install-packages scripts/packages-tests.txt scripts/packages-bench.txt
	cmake --build $(BUILD) --target bench_store
	bench/store $(BUILD)/bin $(ARGUMENTS)

# The web UI in chromium, against real servers; web/node_modules has what drives it.
bench-ui: build
	cmake --build $(BUILD) --target ui_benchmarks
	node bench/ui/run.mjs $(BUILD)/bin $(ARGUMENTS)

# The Python SDK beside Optuna's storages: asking and telling, reporting, importing.
bench-sdk: sdk
	@scripts/install-packages scripts/packages-bench.txt
	$(BUILD)/sdk/venv/bin/python bench/python/run.py $(ARGUMENTS)

# Fuzzing with libFuzzer, which clang brings: make fuzz SECONDS=60 TARGETS="trial_filter gjson_path";
# JOBS targets side by side, a processor each unless told.
SECONDS ?= 60
JOBS ?= $(shell nproc)
fuzz: packages
	@scripts/install-packages scripts/packages-fuzz.txt
	cmake --preset asan
	cmake --build build-asan --target fuzz_all
	tests/fuzz/run build-asan $(SECONDS) $(JOBS) $(TARGETS)

# The web UI's pages as a person uses them, in chromium, against the real program.
test-pages: build
	cd web && QALAM_BINARY="$(abspath $(BUILD))/bin/qalam" npm run e2e

clean:
	cmake -E rm -rf $(BUILD)
