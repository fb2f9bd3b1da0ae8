# shellcheck shell=bash
# Finds a Debian mirror in the machine's own apt sources. To be sourced; has no effect by itself.
#
#   debian_mirror ETC_APT    prints the address of the first Debian archive that the folder ETC_APT (/etc/apt) names:
#                            an http or https address, component "main", and a suite that is a Debian release.
#                            Security archives and third parties' archives do not count. Returns 1 if there is none.

# Releases by code name and by role. A third party's archive often has a component "main" too, but not such a suite.
_debian_suites=' stretch buster bullseye bookworm trixie forky duke sid oldoldstable oldstable stable testing unstable '

_is_debian_source() { # TYPE URI SUITE COMPONENTS...
  [[ $1 == deb && $2 =~ ^https?:// && $_debian_suites == *" $3 "* && " ${*:4} " == *" main "* ]] || return 1
  [[ ${2%/} != *security* ]]
}

# One-line format: deb [option=value …] URI SUITE COMPONENT…
_mirror_in_list() { # FILE
  local line words
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%%#*}
    if [[ $line =~ ^([[:space:]]*deb[[:space:]]+)\[[^]]*\](.*)$ ]]; then
      line=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    fi
    read -ra words <<<"$line"
    ((${#words[@]} >= 4)) || continue
    if _is_debian_source "${words[@]}"; then
      printf '%s\n' "${words[1]%/}"
      return 0
    fi
  done <"$1"
  return 1
}

# One stanza of the deb822 format, already taken apart into words.
_mirror_in_stanza() { # ENABLED TYPES URIS SUITES COMPONENTS
  local type uri suite components
  [[ ${1,,} != no && ${1,,} != false ]] || return 1
  read -ra components <<<"$5"
  for type in $2; do
    for uri in $3; do
      for suite in $4; do
        if _is_debian_source "$type" "$uri" "$suite" "${components[@]}"; then
          printf '%s\n' "${uri%/}"
          return 0
        fi
      done
    done
  done
  return 1
}

# deb822 format: stanzas of "Field: value", parted by empty lines; a line that starts with a space goes on with its field.
_mirror_in_sources() { # FILE
  local text line field='' value
  local -A stanza=()
  text=$(<"$1")
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line != \#* ]] || continue
    if [[ $line =~ ^[[:space:]]*$ ]]; then
      _mirror_in_stanza "${stanza[enabled]-yes}" "${stanza[types]-}" "${stanza[uris]-}" "${stanza[suites]-}" \
        "${stanza[components]-}" && return 0
      stanza=() field=''
    elif [[ $line =~ ^[[:space:]]+(.*)$ ]]; then
      if [[ -n $field ]]; then stanza[$field]+=" ${BASH_REMATCH[1]}"; fi
    elif [[ $line =~ ^([A-Za-z-]+):(.*)$ ]]; then
      field=${BASH_REMATCH[1],,} value=${BASH_REMATCH[2]}
      value=${value#"${value%%[![:space:]]*}"}
      stanza[$field]=${value%"${value##*[![:space:]]}"}
    fi
  done <<<"$text"$'\n'
  return 1
}

debian_mirror() { # ETC_APT
  local file
  for file in "$1"/sources.list "$1"/sources.list.d/*.list; do
    [[ -r $file ]] && _mirror_in_list "$file" && return 0
  done
  for file in "$1"/sources.list.d/*.sources; do
    [[ -r $file ]] && _mirror_in_sources "$file" && return 0
  done
  return 1
}
