# shellcheck shell=bash
# How this process may get a mount namespace of its own. To be sourced; has no effect by itself.
#
#   namespace_flags       prints the flags that unshare needs, one a line; returns 1 if the kernel lets us have none
#   namespaces_refused    prints, after that, why not and what helps

namespace_flags() {
  # Root may, as a rule, without a user namespace; root inside another container may not.
  if ((EUID == 0)) && unshare --mount true 2>/dev/null; then
    printf '%s\n' --mount
  elif unshare --mount --user --map-root-user true 2>/dev/null; then
    printf '%s\n' --mount --user --map-root-user
  else
    return 1
  fi
}

namespaces_refused() {
  local name settings=''
  if ((EUID == 0)); then
    printf '%s' "the kernel lets not even root make a mount namespace here: inside another container that takes the capability" \
      " SYS_ADMIN or user namespaces (docker run --privileged, for instance)."
    return
  fi
  for name in user/max_user_namespaces kernel/unprivileged_userns_clone kernel/apparmor_restrict_unprivileged_userns; do
    if [[ -r /proc/sys/$name ]]; then settings+=" ${name//\//.}=$(<"/proc/sys/$name")"; fi
  done
  printf '%s' "the kernel does not let an ordinary user make a user namespace (its settings:${settings:- none that bazelw knows});" \
    " an administrator can allow it, and root can run bazelw without."
}
