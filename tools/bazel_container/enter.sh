#!/usr/bin/env bash
# Runs a command inside the private Debian root, in place of this process: same process id, terminal, signals and exit code.
#
#   enter.sh ROOT COMMAND [ARGUMENT…]
#
# This half runs on the host. It takes a mount namespace of its own (as an ordinary user, a user namespace first) and
# goes on in pivot.sh. The tools are the root's own, started through the root's own loader, so that the host needs bash only.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
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

# The folder that holds the workspace of the current directory; the current directory if it is in none.
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
  printf '%s' "$PWD"
}

# What is needed and lies under one of the system's folders (a home below /var, say) is brought in by itself.
for folder in "$(workspace)" "${HOME-}" "${TMPDIR-}" "${here%/tools/bazel_container}"; do
  top=${folder#/}
  top=${top%%/*}
  if [[ $folder == /?*/* && -d $folder && ($system_folders == *" $top "* || -L /$top) ]]; then
    binds+=("$folder" "$folder")
  fi
done

# What a program needs to know of this machine and its user.
for file in group hosts localtime nsswitch.conf passwd pip.conf resolv.conf; do
  if [[ -f /etc/$file ]]; then binds+=("/etc/$file" "/etc/$file"); fi
done
# The host's certificates, if it has any (they may hold a company's own); else those that make_root.sh put there.
if [[ -s /etc/ssl/certs/ca-certificates.crt ]]; then binds+=(/etc/ssl/certs /etc/ssl/certs); fi
binds+=("$here/bazel" /etc/bazel)

namespaces=(--mount --propagation slave)
if ((EUID != 0)); then namespaces+=(--user --map-root-user); fi

loaders=("$root"/usr/lib*/ld-linux-*.so.* "$root"/usr/lib/ld-linux-*.so.*)
libraries=("$root"/usr/lib/*-linux-gnu)
for loader in "${loaders[@]}"; do [[ ! -e $loader ]] || break; done
tool=("$loader" --library-path "${libraries[0]}")

exec "${tool[@]}" "$root/usr/bin/unshare" "${namespaces[@]}" -- \
  "$BASH" -- "$here/pivot.sh" "$root" "$EUID" "$(id -g)" "$PWD" "${#tool[@]}" "${tool[@]}" "${#binds[@]}" "${binds[@]}" "$@"
