"""The `converter_program` macro: a program that people run with `bazel run`, in one of the converter's runtimes."""

load(":actions.bzl", "python_attrs", "python_toolchain")
load(":launcher.bzl", "python_executable", "runfile")
load(":tfjs_tables.bzl", "TABLES_ATTRS")

def _converter_program_impl(ctx, runtime):
    tables = ctx.files._tables
    return [python_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = ctx.attr.comment,
        env = {"TFJS_CONVERT_TABLES": runfile(tables[0].short_path.rpartition("/")[0])},
        files = tables + ctx.files.data,
        flags = ctx.attr.flags,
        folder = "caller",
        main = ctx.file.main,
        runtime = runtime,
    )]

def _rule(runtime):
    return rule(
        implementation = lambda ctx: _converter_program_impl(ctx, runtime),
        attrs = {
            "comment": attr.string(doc = "What it does, in one line.", mandatory = True),
            "data": attr.label_list(allow_files = True, doc = "Files that it opens."),
            "flags": attr.string_list(doc = "Flags before those of the caller."),
            "main": attr.label(allow_single_file = [".py"], doc = "The main program.", mandatory = True),
        } | python_attrs() | TABLES_ATTRS,
        doc = "A program in the {} runtime, started in its caller's folder.".format(runtime),
        executable = True,
        toolchains = [python_toolchain(runtime)],
    )

_light_program = _rule("light")
_core_program = _rule("core")
_full_program = _rule("full")

def converter_program(name, main, comment, runtime = "light", **kwargs):
    """A program for `bazel run`, which takes relative paths against the folder where its caller types.

    Args:
      name: the program's name.
      main: the main program, a `.py` file.
      comment: what it does, in one line.
      runtime: "light" (no TensorFlow), "core" (TensorFlow's compiled core) or "full" (TensorFlow and Keras).
      **kwargs: `flags`, `data`, and attributes that every rule has.
    """
    rules = {"core": _core_program, "full": _full_program, "light": _light_program}
    rules[runtime](name = name, main = main, comment = comment, **kwargs)
