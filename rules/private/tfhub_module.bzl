"""The `tfhub_module` repository rule."""

_DOC = """A TensorFlow Hub module (or any archived SavedModel), pinned by hash and downloaded when it is first needed, never in an action.

In `MODULE.bazel`:

```starlark
tfhub_module = use_repo_rule("@rules_tfjs//rules:repositories.bzl", "tfhub_module")

tfhub_module(
    name = "universal_encoder",
    sha256 = "…",
    urls = ["https://example.com/mirror/universal_encoder.tar.gz"],
)
```

or in `WORKSPACE` the same after `load("@rules_tfjs//rules:repositories.bzl", "tfhub_module")`. Then

```starlark
tfjs_graph_model(
    name = "encoder_web",
    model = "@universal_encoder//:module",
)
```

converts it. Signature and tags are by default what the module has: modules of TensorFlow 1 (with `tfhub_module.pb`) and 2 are told apart.
"""

_BUILD = """\
load("{defs}", "tf_saved_model")

package(default_visibility = ["//visibility:public"])

tf_saved_model(
    name = "module",
    srcs = glob(["{folder}**"]),
    hub_module = True,
)
"""

_MARKS = ["saved_model.pb", "tfhub_module.pb"]

def _has_mark(path):
    return any([path.get_child(mark).exists for mark in _MARKS])

def _folder(rctx):
    """Returns where the module lies in the repository: at the top of its archive, or in the one folder there."""
    top = rctx.path("content")
    if _has_mark(top):
        return "content/"
    inside = [path for path in top.readdir() if path.is_dir and _has_mark(path)]
    if len(inside) != 1:
        fail("@{}: the archive holds no module, found {} at its top; it is a .tar.gz or .zip of a folder with saved_model.pb.".format(
            rctx.name,
            sorted([path.basename for path in top.readdir()])[:8],
        ))
    return "content/{}/".format(inside[0].basename)

def _tfhub_module_impl(rctx):
    if bool(rctx.attr.urls) == bool(rctx.attr.file):
        fail("@{}: a module is downloaded from urls or taken from file, got {}; set one of them.".format(rctx.name, "both" if rctx.attr.file else "neither"))
    urls = rctx.attr.urls or ["file://{}".format(rctx.path(rctx.attr.file))]
    rctx.download_and_extract(urls, output = "content", sha256 = rctx.attr.sha256, type = rctx.attr.type)
    rctx.file("BUILD.bazel", _BUILD.format(
        defs = str(rctx.attr._defs),
        folder = _folder(rctx),
    ))

tfhub_module = repository_rule(
    implementation = _tfhub_module_impl,
    doc = _DOC,
    attrs = {
        "file": attr.label(allow_single_file = True, doc = "An archive that is there already, instead of `urls`."),
        "sha256": attr.string(mandatory = True, doc = "The archive's hash."),
        "type": attr.string(default = "tar.gz", doc = "The archive's kind, since a module's address need not end in one.", values = ["tar.gz", "tgz", "zip"]),
        "urls": attr.string_list(doc = "Addresses of the archive, tried in order; for tfhub.dev add `?tf-hub-format=compressed`."),
        "_defs": attr.label(default = "//rules:defs.bzl"),
    },
)
