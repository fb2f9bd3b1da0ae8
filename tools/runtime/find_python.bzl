"""Finds the Python that repository rules run; no action ever uses it."""

def find_python(rctx, version, exact):
    """Looks for a Python interpreter on this machine.

    Args:
      rctx: the repository context.
      version: the wanted version, such as "3.13".
      exact: whether any other version is useless.

    Returns:
      The interpreter's path, or None.
    """
    for name in ["python" + version, "python3"]:
        found = rctx.which(name)
        if not found:
            continue
        result = rctx.execute([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        if result.return_code == 0 and (not exact or result.stdout.strip() == version):
            return found
    return None

def pip_python(rctx, version):
    """Makes a virtual environment whose pip fetches packages.

    Args:
      rctx: the repository context; an attribute `pip_interpreter` names the Python, otherwise one on PATH is used.
      version: the version that is tried first; to download, any will do.

    Returns:
      The path of the environment's interpreter, in the folder `_pip`; a failed fetch with one sentence where there is none.
    """
    given = getattr(rctx.attr, "pip_interpreter", None)
    python = rctx.path(given) if given else find_python(rctx, version, exact = False)
    if not python:
        fail(("@{}: a Python 3 with pip has to fetch the packages, and PATH has none. Build with ./bazelw, which brings one, " +
              "install python3, or name one as pip_interpreter of the toolchains.").format(rctx.name))
    result = rctx.execute([python, "-m", "venv", "_pip"])
    if result.return_code != 0:
        fail("@{}: {} cannot make a virtual environment for pip (on Debian it needs the package python3-venv).\n{}".format(
            rctx.name,
            python,
            (result.stderr or result.stdout).strip(),
        ))
    return rctx.path("_pip/bin/python")
