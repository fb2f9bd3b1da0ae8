"""Finds the Python that repository rules run; no action ever uses it."""

def find_python(rctx, version, exact):
    """Returns the path of a Python interpreter on this machine.

    Args:
      rctx: the repository context.
      version: the wanted version, such as "3.13".
      exact: whether any other version is useless.

    Returns:
      The interpreter's path; a failed fetch with one sentence where there is none.
    """
    for name in ["python" + version, "python3"]:
        found = rctx.which(name)
        if not found:
            continue
        result = rctx.execute([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        if result.return_code == 0 and (not exact or result.stdout.strip() == version):
            return found
    fail(("rules_tfjs needs Python {version} to set up @{repo}, and PATH has no python{version}. " +
          "Build with ./bazelw, which brings one, install python{version}, or register rules_python's " +
          "hermetic interpreter of that version and give it as pip_interpreter to the toolchains.").format(
        repo = rctx.name,
        version = version,
    ))
