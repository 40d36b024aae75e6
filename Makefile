# The two targets a new user needs: `make demo` and `make test`.
PRESET ?= release
BUILD := $(if $(filter release,$(PRESET)),build,build-$(PRESET))

.PHONY: all demo test build packages bench bench-samplers bench-nas bench-nas-speed clean

all: build

packages:
	@scripts/install-packages

$(BUILD)/build.ninja: | packages
	cmake --preset $(PRESET)

build: packages $(BUILD)/build.ninja
	cmake --build $(BUILD)

demo: build
	@scripts/demo $(BUILD)/bin

test: build
	ctest --test-dir $(BUILD) --output-on-failure --parallel 2

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

clean:
	cmake -E rm -rf $(BUILD)
