#!/usr/bin/env bash
# Locks the runtimes anew: NAME.in into NAME.txt, with the hashes of every wheel and no address.
#   bazel run //tools/runtime/locks:update [-- --upgrade]
set -euo pipefail
runfiles="${RUNFILES_DIR:-$0.runfiles}"
uv=$(echo "$runfiles"/*rules_tfjs_dev/site-packages/bin/uv)
cd "${BUILD_WORKSPACE_DIRECTORY:?start it with: bazel run //tools/runtime/locks:update}/tools/runtime/locks"

# The oldest Python and platform that the wheels have to serve.
lock() { # NAME OPTIONS...
  local name=$1
  shift
  echo "locking $name" >&2
  "$uv" pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-annotate \
    --python-version 3.11 --python-platform x86_64-manylinux_2_28 "$@" "$name.in" -o "$name.txt"
}

lock light "$@"
lock full "$@" --override overrides.txt
sed -i '/sys_platform == "never"/d' full.txt
# Reached without its Python layer, the core needs none of the packages that TensorFlow names.
lock core "$@" --no-deps -c full.txt
# Orbax and what else Flax names serves training.
lock jax "$@" --no-deps -c full.txt
lock dev "$@"
# What it needs is in the runtime that it is imported in.
lock forests "$@" --no-deps
lock node "$@"
lock prompt "$@"
