# Two commands: `make demo` and `make test`. Both set up what they need; the second time that takes seconds.
PYTHON ?= python3
VENV := .venv
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

INSTALLED := $(VENV)/.installed
BUILT := install/.built
SOURCES := $(shell find CMakeLists.txt package.xml laecips_* config rosbags -name '__pycache__' -prune -o -type f -print)
# The environment of every command below: the virtual environment as ROS prefix, then the workspace on top.
ROS := export PATH="$(CURDIR)/$(VENV)/bin:$$PATH" AMENT_PREFIX_PATH="$(CURDIR)/$(VENV)" \
	CMAKE_PREFIX_PATH="$(CURDIR)/$(VENV)" PYTHONUNBUFFERED=1
WORKSPACE := $(ROS); set +u; source install/setup.bash; set -u

.PHONY: help setup build demo test clean
help:
	@echo "make demo   replay an inspection drive through edge and cloud (sets everything up the first time)"
	@echo "make test   build, then unit and system tests, ruff, mypy, import-linter"
	@echo "make shell  a shell in which 'laecips' and the nodes are on PATH"
	@echo "make clean  remove what was built, keep the environment"

$(INSTALLED): requirements/lock.txt requirements/install.sh requirements/fix_ros_wheels.py
	PYTHON="$(PYTHON)" requirements/install.sh $(VENV)
	@touch $@

$(BUILT): $(INSTALLED) $(SOURCES)
	@$(ROS); colcon --log-base log build --symlink-install --event-handlers console_direct- console_cohesion- \
		console_stderr- --cmake-args -DBUILD_TESTING=ON -DPython3_EXECUTABLE="$(CURDIR)/$(VENV)/bin/python3" -Wno-dev \
		|| { cat log/latest_build/laecips/stdout_stderr.log | tail -n 60; exit 1; }
	@touch $@

setup: $(INSTALLED)
build: $(BUILT)

demo: $(BUILT)
	@$(WORKSPACE); laecips demo $(ARGS)

# The tests print live; what pytest said last is said last here too.
test: $(BUILT)
	@$(WORKSPACE); colcon --log-base log test --event-handlers console_direct+ console_cohesion- \
		--return-code-on-test-failure && status=0 || status=$$?; \
	grep -hE '^[0-9]*: =+ .*(passed|failed|error|no tests).* =+$$' build/laecips/Testing/*/*.log log/latest_test/laecips/stdout.log 2>/dev/null | tail -n 1 | sed 's/^[0-9]*: //'; \
	exit $$status

shell: $(BUILT)
	@$(WORKSPACE); bash

clean:
	rm -rf build install log out
