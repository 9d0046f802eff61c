# make demo    install what is missing, build, and draw the phase diagram of learning on a dataset
# make check   install what is missing, build, and run all tests
BUILD ?= build
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)

.PHONY: all demo check bench install format clean deps
all: $(BUILD)/Makefile
	@cmake --build $(BUILD) --parallel $(JOBS)

deps:
	@scripts/install-deps

$(BUILD)/Makefile: | deps
	@cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$(PREFIX)

demo: all
	@scripts/demo $(BUILD)/spinodal demo

check: all
	@cd $(BUILD) && ctest --output-on-failure --parallel $(JOBS)

bench: all
	@cmake --build $(BUILD) --target bench --parallel $(JOBS)
	@scripts/bench $(BUILD)

install: all
	@cmake --install $(BUILD)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	@rm -rf $(BUILD) demo
