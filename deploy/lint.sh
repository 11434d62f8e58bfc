#!/usr/bin/env bash
# Lints images, compose files, manifests, units, scripts and workflows, with the tools of requirements/lint.txt on PATH
# (`make lint-deploy`). kubectl, systemd-analyze and actionlint are used where they are there; it says what it left out.
set -euo pipefail
cd "$(dirname "$0")/.."

said() { printf '%-20s %s\n' "$1" "$2"; }
have() { command -v "$1" > /dev/null || { said "$1" "not here: left out"; return 1; }; }

hadolint deploy/docker/*.Dockerfile
said hadolint "clean: deploy/docker"
shellcheck deploy/*.sh requirements/*.sh .ci/run
said shellcheck "clean: deploy, requirements, .ci/run"
check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose/*.yaml
check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
said check-jsonschema "clean: compose files, workflows, dependabot"
zizmor --offline --quiet .github
said zizmor "clean: .github"

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
if have kubectl; then
  while read -r file; do
    folder=$(dirname "$file")
    kubectl kustomize "$folder" > "$rendered/${folder//\//-}.yaml"
    said kubernetes-validate "rendered: $folder"
  done < <(grep -rl '^kind: Kustomization' deploy/kubernetes | sort)
  kubernetes-validate --strict --quiet "$rendered"/*.yaml
  said kubernetes-validate "clean: all of them"
else
  kubernetes-validate --strict --quiet deploy/kubernetes/robot/{namespace,daemonset}.yaml \
    deploy/kubernetes/datacentre/{namespace,deployment,service,volumes,network-policy}.yaml
  said kubernetes-validate "clean: manifests, without their patches"
fi

if have systemd-analyze; then
  for unit in deploy/systemd/*.service; do
    # It asks whether the command exists.
    sed 's#/opt/laecips/entrypoint.sh#/bin/true#' "$unit" > "$rendered/$(basename "$unit")"
    systemd-analyze verify "$rendered/$(basename "$unit")"
  done
  said systemd-analyze "clean: deploy/systemd"
fi
if have actionlint; then
  actionlint
  said actionlint "clean: workflows"
fi
