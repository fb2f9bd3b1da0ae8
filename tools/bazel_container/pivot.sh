#!/usr/bin/env bash
# The second half of enter.sh, started by it in the new mount namespace: mounts what the command shall see, makes the root
# the namespace's root, and becomes the command.
#
#   pivot.sh ROOT USER GROUP FOLDER COUNT TOOL… COUNT SOURCE TARGET… COMMAND [ARGUMENT…]
#
# pivot_root and not chroot: the kernel refuses user namespaces, and with them Bazel's sandbox, to a process in a chroot.
set -euo pipefail

root=$1 user=$2 group=$3 folder=$4 count=$5
tool=("${@:6:count}")
shift $((5 + count))
binds=("${@:2:$1}")
shift $((1 + $1))

root_mount() { "${tool[@]}" "$root/usr/bin/mount" "$@"; }

show() { # SOURCE TARGET
  if [[ -d $1 ]]; then
    [[ -d $root$2 ]] || mkdir -p -- "$root$2"
  elif [[ ! -e $root$2 ]]; then
    mkdir -p -- "$root${2%/*}" && : >"$root$2"
  fi
  root_mount --no-mtab --no-canonicalize --rbind -- "$1" "$root$2"
}

# Unbindable, or the host's folder that holds the root would be shown inside with the root's own mounts once more.
root_mount --no-mtab --bind -- "$root" "$root"
root_mount --no-mtab --make-unbindable -- "$root"
# The host's own /proc: where a new one was mounted, Bazel's sandbox cannot mount its own, and Bazel would do without.
for system in /dev /proc /sys; do show "$system" "$system"; done
for ((i = 0; i < ${#binds[@]}; i += 2)); do show "${binds[i]}" "${binds[i + 1]}"; done

cd -- "$root"
"${tool[@]}" usr/bin/pivot_root . old_root
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
hash -r
umount --no-mtab --lazy /old_root
if ! cd -- "$folder" 2>/dev/null; then
  printf 'bazelw: %s is in no workspace, and cannot be seen inside the container; go to a workspace.\n' "$folder" >&2
  exit 1
fi

# The host's own paths and locales mean nothing inside; HOME, TERM, proxies, pip's and TLS settings do, and stay.
unset BASH_ENV ENV JAVA_HOME LD_LIBRARY_PATH LD_PRELOAD PYTHONHOME PYTHONPATH LANGUAGE "${!LC_@}"
export LANG=C.UTF-8

if ((user == 0)); then exec "$@"; fi
# As an ordinary user once more, without any right over the mounts above.
exec unshare --user --map-user="$user" --map-group="$group" -- "$@"
