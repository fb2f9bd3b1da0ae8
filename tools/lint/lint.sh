#!/usr/bin/env bash
# Checks the format and the lint of every source file; with --fix, mends what can be mended.
#   bazel run //tools/lint [-- --fix]
set -euo pipefail
runfiles="${RUNFILES_DIR:-$0.runfiles}"
buildifier="$runfiles/rules_tfjs_lint_npm/node_modules/@bazel/buildifier/buildifier-linux_$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')"
ruff="$runfiles/rules_tfjs_dev/site-packages/bin/ruff"
if [ ! -e "$buildifier" ]; then # under bzlmod a repository has its canonical name
  buildifier=$(echo "$runfiles"/*rules_tfjs_lint_npm/node_modules/@bazel/buildifier/"${buildifier##*/}")
  ruff=$(echo "$runfiles"/*rules_tfjs_dev/site-packages/bin/ruff)
fi
cd "${BUILD_WORKSPACE_DIRECTORY:?start it with: bazel run //tools/lint}"
mode=check
[ "${1:-}" = --fix ] && mode=fix
failed=0

mapfile -d '' -t starlark < <(find . \( -name 'bazel-*' -o -name .git -o -name node_modules \) -prune -o \
  -type f \( -name '*.bzl' -o -name '*.bazel' -o -name WORKSPACE \) -print0 | sort -z)
"$buildifier" "--mode=$mode" "--lint=${mode/check/warn}" "${starlark[@]}" || failed=1
if [ $mode = fix ]; then
  "$ruff" check --quiet --no-cache --fix . || failed=1
  "$ruff" format --quiet --no-cache . || failed=1
else
  "$ruff" check --quiet --no-cache . || failed=1
  "$ruff" format --quiet --no-cache --check . || failed=1
fi
if [ $failed = 0 ]; then
  echo "lint: ${#starlark[@]} Starlark files and the Python files are clean"
else
  echo "lint: see above; './bazelw run //tools/lint -- --fix' mends what can be mended" >&2
fi
exit $failed
