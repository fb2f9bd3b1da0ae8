#!/usr/bin/env bash
# Runs a command inside the private Debian root, in place of this process: same process id, terminal, signals and exit code.
#
#   enter.sh ROOT COMMAND [ARGUMENT…]
#
# This half runs on the host. It takes a mount namespace of its own (as an ordinary user, a user namespace first) and
# goes on in pivot.sh.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=tools/bazel_container/namespaces.sh
source "$here/namespaces.sh"
root=$(readlink -f -- "$1")
shift

# Top-level folders that the root has itself. Every other one is the host's, so that any workspace's path is valid inside.
system_folders=' bin boot dev etc lib lib32 lib64 libo32 libx32 lost+found old_root proc run sbin sys usr var '

binds=()
for folder in /* /.[!.]*; do
  if [[ -d $folder && ! -L $folder && $system_folders != *" ${folder#/} "* ]]; then
    binds+=("$folder" "$folder")
  fi
done

# The folder that holds the workspace of the current directory, if it is in one.
workspace() {
  local folder=$PWD
  until [[ -z $folder ]]; do
    for mark in MODULE.bazel REPO.bazel WORKSPACE.bazel WORKSPACE; do
      if [[ -f $folder/$mark ]]; then
        printf '%s' "$folder"
        return
      fi
    done
    folder=${folder%/*}
  done
}

in_system_folder() { # PATH
  local top=${1#/}
  top=${top%%/*}
  [[ $1 == /?*/* && ($system_folders == *" $top "* || -L /$top) ]]
}

# What is needed and lies under one of the system's folders (a home below /var, say) is brought in by itself.
for folder in "$(workspace)" "${HOME-}" "${TMPDIR-}" "${here%/tools/bazel_container}"; do
  if [[ -d $folder ]] && in_system_folder "$folder"; then binds+=("$folder" "$folder"); fi
done

# What a program needs to know of this machine and its user, and the certificates that it trusts (they may include a
# company's own). Without certificates of the host's, those of the root's package count.
for file in /etc/{group,hosts,localtime,nsswitch.conf,passwd,pip.conf,resolv.conf} /etc/ssl/certs/ca-certificates.crt \
  "${SSL_CERT_FILE-}" "${PIP_CERT-}" "${REQUESTS_CA_BUNDLE-}" "${CURL_CA_BUNDLE-}" "${NODE_EXTRA_CA_CERTS-}" "${PIP_CONFIG_FILE-}"; do
  if [[ -s $file && -f $file ]] && in_system_folder "$file" && [[ " ${binds[*]} " != *" $file "* ]]; then
    binds+=("$file" "$file")
  fi
done
binds+=("$here/bazel" /etc/bazel)

if ! listed=$(namespace_flags); then
  printf 'bazelw: %s\n' "$(namespaces_refused)" >&2
  exit 1
fi
mapfile -t flags <<<"$listed"

# The mount tools are the root's own, started through the root's own loader: not every host has them.
loaders=("$root"/usr/lib*/ld-linux-*.so.* "$root"/usr/lib/*-linux-gnu/ld-linux-*.so.*)
for loader in "${loaders[@]}"; do [[ ! -e $loader ]] || break; done
libraries=("$root"/usr/lib/*-linux-gnu)
tool=("$loader" --library-path "${libraries[0]}")

exec unshare "${flags[@]}" --propagation slave -- \
  "$BASH" -- "$here/pivot.sh" "$root" "$EUID" "$(id -g)" "$PWD" "${#tool[@]}" "${tool[@]}" "${#binds[@]}" "${binds[@]}" "$@"
