#!/usr/bin/env bash
# Makes the private Debian root: downloads the packages of packages.txt from Debian's testing suite and unpacks them.
#
#   make_root.sh ROOT COMMAND [ARGUMENT…]     makes the folder ROOT, unless it is there, and then becomes the command
#
# Needs no privilege and changes nothing outside ROOT's folder. apt-get works on a state of its own; the packages'
# scripts are not run. ROOT appears when it is complete, by a rename. Two starts at once make it once.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=tools/bazel_container/apt_mirror.sh
source "$here/apt_mirror.sh"
# shellcheck source=tools/bazel_container/namespaces.sh
source "$here/namespaces.sh"

suite=testing
# Bytes that must be free: the root, and on top of it the largest package with its archive. The archives are deleted as
# they are unpacked.
needed_bytes=1500000000

say() { printf 'bazelw: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

other_ways='Other ways: install Bazelisk or Bazel 7.7 or newer, or name one in the variable BAZEL, or use an image made from tools/bazel_container/Dockerfile.'

check_machine() { # FOLDER
  local command free
  [[ $(uname -s) == Linux ]] || fail "the private Debian root works on Linux only, this is $(uname -s). $other_ways"
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "Debian's Bazel is known to work on x86_64 and aarch64, this machine is $(uname -m). $other_ways" ;;
  esac
  for command in apt-get apt-config dpkg dpkg-deb; do
    [[ -n $(type -P "$command") ]] || fail "the private Debian root needs $command, which this machine does not have; it seems to be no Debian. $other_ways"
  done
  for command in flock tar unshare; do
    [[ -n $(type -P "$command") ]] || fail "the private Debian root needs the command $command; install Debian's package $([[ $command == tar ]] && echo tar || echo util-linux). $other_ways"
  done
  namespace_flags >/dev/null || fail "$(namespaces_refused)" "$other_ways"
  free=$(df --output=avail --block-size=1 -- "$1" | tail -n 1)
  ((free >= needed_bytes)) || fail "the private Debian root needs $((needed_bytes / 1000000)) MB, and $1 has $((free / 1000000)) MB free. Free some, or set BAZELW_CACHE to a folder elsewhere."
}

# The lines of packages.txt: names, or with "!" the patterns of names to leave out.
package_lines() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$here/packages.txt"; }
wanted_packages() { package_lines | grep -v '^!'; }
unwanted_packages() { package_lines | sed -n 's/^!//p'; }

# A state of its own for apt, below the folder APT. Of the host's settings only the network's are taken over (proxies,
# certificates, passwords), not its hooks; and nothing that could switch a signature check off.
write_apt_settings() { # APT MIRROR
  local apt=$1 mirror=$2 keyring=${BAZELW_DEBIAN_KEYRING-} trusted=/etc/apt/trusted.gpg.d signed_by='' file
  if [[ -n $keyring && ! -r $keyring ]]; then
    fail "the variable BAZELW_DEBIAN_KEYRING names $keyring, which cannot be read."
  fi
  for file in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    if [[ -z $keyring && -r $file ]]; then keyring=$file; fi
  done
  if [[ -n $keyring ]]; then
    signed_by="[signed-by=$keyring] "
  elif ! compgen -G "$trusted/*.gpg" >/dev/null && ! compgen -G "$trusted/*.asc" >/dev/null; then
    fail "Debian's signing keys are not on this machine; install the package debian-archive-keyring, or name its file in BAZELW_DEBIAN_KEYRING. $other_ways"
  fi
  mkdir -p "$apt"/{archives/partial,lists/partial,empty}
  : >"$apt/status"
  printf 'deb %s%s %s main\n' "$signed_by" "$mirror" "$suite" >"$apt/sources.list"
  {
    apt-config dump 2>/dev/null | grep -E '^Acquire::(https?::|Retries |ForceIPv[46] )' | grep -vE '::Verify-' || true
    cat <<SETTINGS
Dir::Etc "$apt/empty";
Dir::Etc::parts "$apt/empty";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/empty";
Dir::Etc::preferencesparts "$apt/empty";
Dir::Etc::trustedparts "$trusted";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
APT::Architecture "$(dpkg --print-architecture)";
APT::Architectures { "$(dpkg --print-architecture)"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Check-Valid-Until "false";
Acquire::Languages { "none"; };
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Debug::NoLocking "true";
SETTINGS
  } >"$apt/apt.conf"
}

# apt-get without the host's settings, quiet: its output goes to APT/out. When it fails, its complaints are shown.
apt_get() { # APT ARGUMENTS…
  local apt=$1
  APT_CONFIG=$apt/apt.conf LC_ALL=C apt-get -qq "${@:2}" >"$apt/out" 2>"$apt/log" || complain "$apt"
}

complain() { # APT
  grep -E '^[EW]:' "$1/log" >&2 || tail -n 5 "$1/log" >&2
  return 1
}

# Runs apt-get in the background and tells every few seconds how far the download is.
download() { # APT MEGABYTES PACKAGE…
  local apt=$1 total=$2 started=$SECONDS megabytes
  (cd "$apt/archives" && APT_CONFIG=$apt/apt.conf LC_ALL=C exec apt-get -qq download "${@:3}" >"$apt/out" 2>"$apt/log") &
  worker=$!
  while kill -0 "$worker" 2>/dev/null; do
    sleep 1
    if (((SECONDS - started) % 5 == 4)); then
      megabytes=$(du -sm "$apt/archives" | cut -f 1)
      say "  $megabytes of $total MB, $((SECONDS - started)) s"
    fi
  done
  wait "$worker" || complain "$apt" || return 1
  worker=
}

at_least() { # VERSION MAJOR MINOR
  [[ $1 =~ ^([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > $2 || (BASH_REMATCH[1] == $2 && BASH_REMATCH[2] >= $3)))
}

unpack_all() { # ARCHIVES ROOT
  local deb count=0 all folder log=$1/log
  all=("$1"/*.deb)
  mkdir -p "$2/usr"/{bin,sbin,lib,lib64} || return 1
  # base-files makes these links in a script of its own.
  for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$2/$folder" || return 1; done
  for deb in "${all[@]}"; do
    if ! unpack "$deb" "$2" 2>"$log"; then
      head -n 3 "$log" >&2
      return 1
    fi
    rm -f -- "$deb"
    count=$((count + 1))
    if ((count % 75 == 0)); then say "  $count of ${#all[@]} packages unpacked"; fi
  done
}

unpack() { # DEB ROOT
  dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2" \
    --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' \
    --exclude='./usr/share/locale/*' --exclude='./usr/share/lintian/*' \
    --exclude='./usr/bin/*-lto-dump-*' --exclude='./usr/lib/jvm/*/lib/server/classes_*.jsa'
}

# What the packages' scripts would have done, as far as it matters here.
finish() { # ROOT
  local root=$1 file link
  find "$root" -xdev -type f -perm /6000 -exec chmod ug-s {} +
  while read -r link file; do
    if [[ ! -e $root/usr/bin/$link && -e $root/usr/bin/$file ]]; then ln -s "$file" "$root/usr/bin/$link"; fi
  done <<'LINKS'
awk gawk
c++ g++
cc gcc
sh dash
which which.debianutils
LINKS
  ln -sfn ../lib/jvm/default-java/bin/java "$root/usr/bin/java"
  mkdir -p "$root"/{dev,old_root,proc,run,sys,tmp,etc/bazel,etc/ssl/certs/java}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  # Files over which enter.sh mounts the host's must be files and not links, which would lead out of the root.
  for file in group hosts localtime nsswitch.conf passwd pip.conf resolv.conf; do rm -f "$root/etc/$file"; done
  : >"$root/etc/hosts"
  : >"$root/etc/localtime"
  : >"$root/etc/pip.conf"
  : >"$root/etc/resolv.conf"
  cp "$root/usr/share/libc-bin/nsswitch.conf" "$root/etc/nsswitch.conf"
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  find "$root/usr/share/ca-certificates" -name '*.crt' -print0 | LC_ALL=C sort -z | xargs -0 cat >"$root/etc/ssl/certs/ca-certificates.crt"
}

# Bazel's own downloads use Java's store of certificates. It is made of the host's bundle, which may hold a company's own.
make_java_certificates() { # ROOT
  local root=$1 folder=$1/var/certificates
  mkdir "$folder"
  "$here/enter.sh" "$root" cat /etc/ssl/certs/ca-certificates.crt |
    awk -v folder="$folder" '/-----BEGIN/ { n++ } n { print > (folder "/" n ".crt") }'
  (cd "$folder" && printf '+/var/certificates/%s\n' *.crt) >"$root/var/certificates.list"
  "$here/enter.sh" "$root" java -jar /usr/share/ca-certificates-java/ca-certificates-java.jar -storepass changeit \
    <"$root/var/certificates.list" >/dev/null
  rm -rf "$folder" "$root/var/certificates.list"
}

check_bazel() { # ROOT
  local found
  "$here/enter.sh" "$1" true || fail "the private Debian root was made but cannot be entered; see above. $other_ways"
  found=$("$here/enter.sh" "$1" bazel --version) || fail "Debian's Bazel does not start in the private root; see above. $other_ways"
  at_least "${found#bazel }" 7 7 || fail "Debian's Bazel in the private root says \"$found\"; 7.7 or newer is needed. $other_ways"
  "$here/enter.sh" "$1" python3.13 -c '' || fail "Debian's python3.13 does not start in the private root; see above. $other_ways"
}

make() { # ROOT PARTIAL
  local root=$1 partial=$2 apt=$2/apt mirror bazel_version names megabytes started=$SECONDS
  mirror=${BAZELW_DEBIAN_MIRROR:-$(debian_mirror /etc/apt)} ||
    fail "the sources below /etc/apt name no Debian archive (http or https, a Debian release, component main); set BAZELW_DEBIAN_MIRROR to the address of one. $other_ways"
  say "making a private Debian root to run Bazel in, once: $root"
  say "reading the package list of Debian $suite from $mirror"
  mkdir -p "$partial/root"
  write_apt_settings "$apt" "$mirror"
  # A list that cannot be fetched is only a warning to apt-get.
  if ! apt_get "$apt" update || ! compgen -G "$apt/lists/*_Packages*" >/dev/null; then
    cat "$apt/log" >&2
    fail "the package list of Debian $suite could not be read from $mirror; see above. Without a network bazelw cannot make its Debian root. $other_ways"
  fi
  mapfile -t wanted < <(wanted_packages)
  apt_get "$apt" --simulate install "${wanted[@]}" ||
    fail "Debian $suite at $mirror does not have every package of tools/bazel_container/packages.txt; see above. The suite moves: write its present names there. $other_ways"
  bazel_version=$(sed -n 's/^Inst bazel-bootstrap (\([^ ]*\) .*/\1/p' "$apt/out")
  at_least "$bazel_version" 7 7 ||
    fail "Debian $suite at $mirror has Bazel ${bazel_version:-of no known version}; 7.7 or newer is needed. $other_ways"
  mapfile -t names < <(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$apt/out" | grep -vxE -f <(unwanted_packages))
  apt_get "$apt" --print-uris download "${names[@]}"
  megabytes=$(awk '{ sum += $3 } END { print int(sum / 1000000) }' "$apt/out")
  say "downloading ${#names[@]} packages, $megabytes MB"
  download "$apt" "$megabytes" "${names[@]}" ||
    fail "a package could not be downloaded from $mirror; see above. Start bazelw again to try again. $other_ways"
  say "unpacking (downloaded in $((SECONDS - started)) s)"
  unpack_all "$apt/archives" "$partial/root" ||
    fail "a package could not be unpacked into $partial; see above. Is the disk full? $other_ways"
  finish "$partial/root"
  check_bazel "$partial/root"
  make_java_certificates "$partial/root" || say "Java's certificates could not be made; Bazel's own https downloads will fail, pip's will not."
  mv -T -- "$partial/root" "$root"
  rm -rf -- "$partial"
  say "the private Debian root is ready: Bazel ${bazel_version%%+*}, $(du -sm "$root" | cut -f 1) MB, made in $((SECONDS - started)) s"
}

ensure() { # ROOT
  local root=$1 folder lock
  folder=$(dirname -- "$root")
  mkdir -p -- "$folder" || fail "$folder cannot be made; set BAZELW_CACHE to a folder that can be written to."
  check_machine "$folder"
  exec {lock}>"$root.lock"
  if ! flock --nonblock "$lock"; then
    say "another start is making the private Debian root; waiting for it"
    flock "$lock"
  fi
  if [[ ! -d $root ]]; then
    # Whoever holds the lock is alone, so these are what interrupted starts left.
    rm -rf -- "$root".partial.*
    partial=$root.partial.$$
    worker=
    trap 'if [[ -n $worker ]]; then kill "$worker" 2>/dev/null || true; fi; rm -rf -- "$partial"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    make "$root" "$partial"
    trap - EXIT INT TERM HUP
  fi
  # Or the command would hold the lock.
  exec {lock}>&-
}

if [[ ! -d $1 ]]; then ensure "$1"; fi
exec "${@:2}"
