# `make demo`, `make check` and `make test` set up what they need; the second time that takes seconds.
PYTHON ?= python3
VENV := .venv
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

INSTALLED := $(VENV)/.installed
BUILT := install/.built
SOURCES := $(shell find CMakeLists.txt package.xml laecips_* config rosbags -name '__pycache__' -prune -o -type f -print)
ENVIRONMENT := source requirements/environment.bash
COLCON := COLCON_LOG_LEVEL=error colcon --log-base log
PYTEST_LOG := log/latest_test/laecips/stdout.log
# Tests are shared out to processes, a module at a time; in each of them one thread computes. `make test` has two processes
# more than cores, because tests of nodes wait for much of their time; those of `make check` only compute, and each process
# takes ten seconds to import and to collect.
CORES := $(shell nproc)
SHARED := --maxprocesses 4 --dist loadscope --no-loadscope-reorder
ONE_THREAD := OMP_NUM_THREADS=1

.PHONY: help setup build demo check test fuzz lint-deploy robot-root shell clean
help:
	@echo "make demo   replay an inspection drive through edge, cloud and trainer: 7 minutes, Ctrl-C is fine"
	@echo "            (ARGS='--no-train --link none' and others: make demo ARGS=--help)"
	@echo "make check  while you work: ruff, mypy, import-linter and the quick tests, in a minute and a half"
	@echo "make test   build, then unit and system tests, ruff, mypy, import-linter: 10 to 15 minutes"
	@echo "make fuzz   fuzz what is parsed from the network: 10 minutes for each of 17 targets"
	@echo "            (ARGS='--seconds 60 picture manifest' and others: make fuzz ARGS=--help)"
	@echo "make lint-deploy  lint images, compose files, manifests, units and workflows (installs linters in build/lint)"
	@echo "make robot-root   the files of the robot's image as a plain folder, its node started from it without torch: 10 minutes"
	@echo "make shell  a shell in which 'laecips' is on PATH"
	@echo "make clean  remove what was built and what demos wrote, keep the environment (.venv, 2 GB)"

$(INSTALLED): requirements/lock.txt requirements/install.sh requirements/fix_ros_wheels.py
	@PYTHON="$(PYTHON)" requirements/install.sh $(VENV)
	@touch $@

$(BUILT): $(INSTALLED) $(SOURCES)
	@echo "building the workspace ..."
	@$(ENVIRONMENT); $(COLCON) build --base-paths . --symlink-install \
		--event-handlers console_direct- console_cohesion- console_stderr- console_start_end- summary- status- \
		--cmake-args -DBUILD_TESTING=ON -DCMAKE_SUPPRESS_DEVELOPER_WARNINGS=ON \
			-DPython3_EXECUTABLE="$(CURDIR)/$(VENV)/bin/python3" \
		|| { tail -n 60 log/latest_build/laecips/stdout_stderr.log; exit 1; }
	@touch $@

setup: $(INSTALLED)
build: $(BUILT)

demo: $(BUILT)
	@$(ENVIRONMENT); laecips demo $(ARGS)

# ruff, mypy and import-linter are tests too (test/test_style.py).
check: $(BUILT)
	@$(ENVIRONMENT); $(ONE_THREAD) python -m pytest -q -n $(CORES) $(SHARED) -m "not slow" --hypothesis-profile check \
		--durations 5 --durations-min 2 $(ARGS) \
		&& status=0 || status=$$?; \
	echo "left out: tests marked slow, which train, export, draw many frames, or start processes or nodes; 'make test' runs all"; \
	exit $$status

# The tests print live; what pytest said last is said last here too.
test: $(BUILT)
	@$(ENVIRONMENT); $(ONE_THREAD) PYTEST_ADDOPTS="-n $(shell echo $$(( $(CORES) + 2 ))) $(SHARED) $${PYTEST_ADDOPTS-}" $(COLCON) test --base-paths . --return-code-on-test-failure \
		--event-handlers console_direct+ console_cohesion- summary- && status=0 || status=$$?; \
	grep -hE '^[0-9]*: =+ .*(passed|failed|error|no tests).* =+$$' $(PYTEST_LOG) | tail -n 1 | sed 's/^[0-9]*: //'; \
	exit $$status

$(VENV)/.fuzz: requirements/fuzz.txt $(INSTALLED)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

fuzz: $(BUILT) $(VENV)/.fuzz
	@$(ENVIRONMENT); $(ONE_THREAD) python test/fuzz/run.py $(ARGS)

build/lint/.installed: requirements/lint.txt
	@$(PYTHON) -m venv build/lint
	@build/lint/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

lint-deploy: build/lint/.installed
	@PATH="$(CURDIR)/build/lint/bin:$$PATH" deploy/lint.sh

robot-root: $(INSTALLED)
	@$(VENV)/bin/python test/deploy/robot_root.py out/robot-root

# The person's own bashrc first: what it sets must not hide what is set here.
shell: $(BUILT)
	@exec bash --rcfile <(echo '[ -f ~/.bashrc ] && source ~/.bashrc; $(ENVIRONMENT); PS1="(laecips) $$PS1"') -i

clean:
	rm -rf build install log out
