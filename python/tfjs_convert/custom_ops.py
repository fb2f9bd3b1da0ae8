"""Ships the application's own operations beside a graph model.

Each is a JavaScript module whose default export takes TensorFlow.js (the namespace `tf`) and returns what
`tf.registerOp` takes: a function of the graph's node, whose `inputs` are tensors and whose `attrs` are plain values,
that returns a tensor or an array of tensors.

    export default (tf) => (node) => tf.mul(node.inputs[0], node.inputs[0]);
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.errors import OptionError

FOLDER = "custom_ops"
INDEX = "custom_ops.mjs"
"""The module that registers them all: `import {register} from './custom_ops.mjs'; register(tf);`"""


def check_files(custom_ops: Mapping[str, Path | str]) -> None:
    """Raises OptionError if an operation's name or file cannot be used."""
    for name, path in custom_ops.items():
        if not name.isidentifier():
            raise OptionError(f"custom_ops names {name!r}, which is no operation's name; write it as the graph has it.")
        if not Path(path).is_file():
            raise OptionError(f"custom_ops names {Path(path).name} for {name}, and there is no such file.")


def ship(directory: Path, custom_ops: Mapping[str, Path | str]) -> dict[str, str]:
    """Copies the modules into a model's folder, with the one that registers them.

    Args:
      directory: the model's folder.
      custom_ops: the operation's name to its module.

    Returns:
      The operation's name to its module's path in the folder.
    """
    (directory / FOLDER).mkdir(exist_ok=True)
    shipped = {}
    for name, path in sorted(custom_ops.items()):
        shipped[name] = f"{FOLDER}/{name}.mjs"
        shutil.copyfile(path, directory / shipped[name])
    imports = [f"import {name} from {json.dumps(f'./{path}')};" for name, path in shipped.items()]
    calls = [f"  tf.registerOp({json.dumps(name)}, {name}(tf));" for name in shipped]
    lines = [
        *imports,
        "",
        "/** Registers the model's own operations; call it with TensorFlow.js before the model is loaded. */",
        "export function register(tf) {",
        *calls,
        "}",
        "",
    ]
    (directory / INDEX).write_text("\n".join(lines))
    return shipped
