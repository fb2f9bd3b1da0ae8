"""The program of the stub interpreter and the stub Node: writes down how it was called, into every output that its flags name."""

RECORDER = """#!/usr/bin/env bash
# One line for each argument, each line of a parameter file, and each environment variable that Bazel set.
set -eu
shopt -s extglob
unset OLDPWD PWD SHLVL TMPDIR _

outputs=()
record=()

note() {
  local text="${2//bazel-out\\/+([!\\/])\\/bin/BIN}"
  record+=("$1 ${text/=@*(@)\\/\\//=//}")
}

notice_output() {
  case "$1" in
    --output_dir=*) outputs+=("${1#*=}/record") ;;
    --info=*|--output=*|--report=*) outputs+=("${1#*=}") ;;
  esac
}

for argument in "$@"; do
  if [[ "$argument" == @* ]]; then
    note argument "@${argument##*.}"
    while IFS= read -r line; do
      note parameter "$line"
      notice_output "$line"
    done < "${argument#@}"
  else
    note argument "$argument"
    notice_output "$argument"
  fi
done
while IFS= read -r name; do
  note environment "$name=${!name}"
done < <(compgen -e)

for output in "${outputs[@]}"; do
  # The info file is an output of a conversion, and an input of a validation, where it exists already.
  [[ -e "$output" ]] || printf '%s\\n' "${record[@]}" > "$output"
done
"""
