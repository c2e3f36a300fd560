# Every command of the project. What stands behind them: CMakePresets.json, cmake/tests.cmake, tools/.
.DEFAULT_GOAL := help
.PHONY: help deps deps-test build run flink test-build test soak bench format package install clean

PREFIX ?= /usr/local
# One run of everything; its closing lines are the counts. The limit in seconds stands here and not with each test,
# where it would hold for the soak as well. One more at a time than there are processors: the long ones wait for clusters.
TESTS_AT_ONCE = $(shell echo $$(($$(nproc) + 1)))
CTEST = ctest --test-dir build/release --output-on-failure --no-label-summary --parallel $(TESTS_AT_ONCE) --timeout

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what building and running needs (Debian packages; as root or with sudo)
	@tools/install_dependencies run

deps-test:
	@tools/install_dependencies test

build: deps ## the release binary, build/release/temblor
	@cmake --preset release
	@cmake --build --preset release --target temblor slist_to_miniseed

run: build ## the main job on real waveforms of three earthquakes
	@tools/fetch_waveforms
	@build/release/temblor demo

flink: deps-test ## the job on Apache Flink, build/flink/temblor-flink.jar, and the word count
	@cmake --preset release
	@cmake --build --preset release --target temblor_flink
	@tools/build_flink
	@tools/build_wordcount

# What is fetched is there before the tests that use it; the sanitizers' programs are run from the release tree.
test-build: deps-test
	@cmake --preset test
	@cmake --preset address
	@cmake --preset thread
	@cmake --build --preset test
	@cmake --build --preset address
	@cmake --build --preset thread
	@tools/fetch_waveforms
	@tools/rocketmq fetch
	@tools/flink fetch
	@tools/build_java
	@tools/build_wordcount
	@tools/build_flink

test: test-build ## everything: unit, integration, sanitizers, fuzzing, style
	@$(CTEST) 1800

soak: test-build ## the same tests in full length: some 90 minutes
	@TEMBLOR_SOAK=1 $(CTEST) 36000

bench: deps-test ## measure speed and memory; figures as JSON lines
	@cmake --preset test
	@cmake --build --preset test
	@tools/rocketmq fetch
	@tools/flink fetch
	@tools/build_java
	@tools/build_flink
	@bench/run

format: ## bring the sources into their format
	@find bench flink fuzz src tools -name '*.h' -o -name '*.cc' | xargs clang-format -i

package: build ## a .deb for another host, in build/
	@tools/fetch_waveforms
	@cpack --config build/release/CPackConfig.cmake -B build/package
	@ls build/package/*.deb

install: build ## copy the program below PREFIX (/usr/local)
	@cmake --install build/release --prefix $(PREFIX) --strip

clean: ## forget everything built
	@rm -rf build
