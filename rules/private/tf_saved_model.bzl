"""The `tf_saved_model` macro, and its rule."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":model_tools.bzl", "model_tools")

_DOC = """The rule behind `tf_saved_model`: a SavedModel given as its files, as one directory, or as one archive.

Targets are made with `tf_saved_model`, which adds `NAME.inspect`.
"""

_ARCHIVES = [".tar.gz", ".tgz", ".zip"]

_ATTRS = {
    "hub_module": attr.bool(
        doc = "Whether this is a TensorFlow Hub module, of TensorFlow 1 or 2, whose signature and tags are by default what it has.",
    ),
    "srcs": attr.label_list(
        allow_files = True,
        mandatory = True,
        doc = "The files of one SavedModel folder, one directory, or one archive (`.tar.gz`, `.tgz`, `.zip`).",
    ),
}

def _is_archive(file):
    return any([file.basename.endswith(suffix) for suffix in _ARCHIVES])

def _tf_saved_model_impl(ctx):
    srcs = ctx.files.srcs
    kind = "hub_module" if ctx.attr.hub_module else "saved_model"
    if len(srcs) == 1 and (srcs[0].is_directory or _is_archive(srcs[0])):
        return [
            DefaultInfo(files = depset(srcs)),
            ModelSourceInfo(kind = kind, files = depset(srcs), roots = srcs),
        ]
    whole = [file.short_path for file in srcs if file.is_directory or _is_archive(file)]
    if whole:
        fail("{}: srcs is either one directory or archive, or the files of a SavedModel, got {} beside {} other files; keep only one.".format(ctx.label, whole, len(srcs) - len(whole)))
    models = [file for file in srcs if file.basename == "saved_model.pb"]
    if len(models) != 1:
        fail("{}: srcs holds the files of one SavedModel, so exactly one saved_model.pb, got {} among {} files; glob the folder that has saved_model.pb at its top, as in glob([\"my_model/**\"]).".format(
            ctx.label,
            [file.short_path for file in models],
            len(srcs),
        ))
    root = models[0].dirname + "/"

    # Whole paths: what tells a source file from a built one in the same package is not in the short ones.
    strangers = [file.path for file in srcs if not file.path.startswith(root)]
    if strangers:
        fail("{}: every file of srcs lies in the folder of saved_model.pb ({}), got {}; leave the others out.".format(ctx.label, models[0].path, strangers))
    files = [file for file in srcs if file.basename != "fingerprint.pb"]
    return [
        DefaultInfo(files = depset(files)),
        ModelSourceInfo(kind = kind, files = depset(files), roots = files),
    ]

tf_saved_model_rule = rule(
    implementation = _tf_saved_model_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [ModelSourceInfo],
)

tf_saved_model_lib = struct(
    attrs = _ATTRS,
    implementation = _tf_saved_model_impl,
)

def tf_saved_model(name, srcs, **kwargs):
    """Names a TensorFlow SavedModel, as input of the converting rules.

    The model is given as its files (a glob), as the directory output of another rule, or as an archive:

    ```starlark
    tf_saved_model(
        name = "classifier",
        srcs = glob(["classifier/**"]),
    )
    ```

    `fingerprint.pb` is left out of the model's files, since it changes every time that the same model is saved.

    `bazel run :NAME.inspect` shows its signatures, tags, operations and sizes, and what a conversion would make of them.

    Args:
      name: the target's name.
      srcs: the files of one SavedModel folder, one directory, or one archive (`.tar.gz`, `.tgz`, `.zip`).
      **kwargs: further attributes: those of `tf_saved_model_rule`, and those that every rule has.
    """
    tf_saved_model_rule(name = name, srcs = srcs, **kwargs)
    model_tools(name, ":" + name, kwargs)
