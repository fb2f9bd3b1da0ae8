#!/usr/bin/env bash
# Copies generated pages into the source tree: update.sh GENERATED=COMMITTED...
set -euo pipefail
for pair in "$@"; do
  generated="${pair%%=*}"
  [ -e "$generated" ] || generated="${RUNFILES_DIR:-$0.runfiles}/$generated"
  cp --no-preserve=mode -- "$generated" "${BUILD_WORKSPACE_DIRECTORY:?start it with bazel run}/${pair#*=}"
  echo "wrote ${pair#*=}"
done
