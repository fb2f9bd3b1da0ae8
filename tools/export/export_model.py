"""The action behind tf_model_export: runs a user's program, and checks the model that it wrote."""

import argparse
import os
import pathlib
import runpy
import subprocess
import sys
import traceback

from tfjs_convert.errors import ConversionError, InputError
from tfjs_convert.sources import written_model

_SEED = 0
_SEARCH = "/usr/local/bin:/usr/bin:/bin"


def _run_script(script: str, arguments: list[str]) -> None:
    """Runs a script in this process, as `__main__`, with every generator seeded.

    Raises:
      InputError: it raised, or exited with another code than 0; its traceback is then on stderr.
    """
    import keras

    keras.utils.set_random_seed(_SEED)
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(pathlib.Path(script).parent))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            raise InputError(f"The script {script} exited with {stop.code!r}; its output is above.") from stop
    except Exception as error:
        traceback.print_exc()
        raise InputError(f"The script {script} raised {type(error).__name__}; its traceback is above.") from error


def _run_binary(binary: str, arguments: list[str]) -> None:
    """Runs an executable, which finds its own Python.

    Raises:
      InputError: it exited with another code than 0.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") or key == "PYTHONHASHSEED"}
    env["PATH"] = _SEARCH
    code = subprocess.run([os.path.abspath(binary), *arguments], env=env, check=False).returncode
    if code:
        raise InputError(f"The program {binary} exited with {code}; its output is above.")


def main() -> int:
    """Runs the program as the flags say; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--script", help="a Python file to run in this runtime")
    program.add_argument("--binary", help="an executable to run with its own runtime")
    parser.add_argument("--argument", action="append", default=[], help="for the program; {output} is where to write")
    parser.add_argument("--format", choices=written_model.FORMATS, required=True)
    parser.add_argument("--output", required=True, type=pathlib.Path, help="what the program has to write")
    flags = parser.parse_args()
    output = flags.output.absolute()
    arguments = [each.replace("{output}", str(output)) for each in flags.argument]
    try:
        if flags.script:
            _run_script(flags.script, arguments)
        else:
            _run_binary(flags.binary, arguments)
        written_model.check(output, flags.format)
    except ConversionError as error:
        print(f"{flags.label}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
