"""The repository's Starlark files, read with Python's parser, which knows all the syntax that they use."""

import ast
import pathlib

ROOT = pathlib.Path(__file__).parents[2]


class Source:
    """One .bzl file: its path below the root, its text and its syntax tree."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.tree = ast.parse(text)
        self.calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        self.constants = {
            node.targets[0].id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    def at(self, node):
        return f"{self.path}:{node.lineno}"

    def text_of(self, node):
        """Returns the text of a string, or of the constant that a name stands for; "" for anything else."""
        if isinstance(node, ast.Name):
            node = self.constants.get(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.text_of(node.left) + self.text_of(node.right)
        if isinstance(node, ast.Call) and dotted(node.func).endswith("format"):
            return self.text_of(node.func.value)
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def dotted(node):
    """Returns a name such as `ctx.actions.run`; "?" stands for what is not a name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def keyword(call, name):
    return next((entry.value for entry in call.keywords if entry.arg == name), None)


def sources(folder, pattern="*.bzl"):
    """Returns the files below a folder of the repository, sorted by path."""
    paths = sorted((ROOT / folder).rglob(pattern))
    return [Source(str(path.relative_to(ROOT)), path.read_text()) for path in paths]
