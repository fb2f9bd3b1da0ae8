"""A page of an example, to be looked at: `bazel run :NAME` serves it on loopback."""

load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

_NODE = "@rules_tfjs_node//:site-packages/RUNTIME.json"

def page_server(name, srcs, folders, **kwargs):
    """Serves files of this package, and directories that other targets make, until it is interrupted.

    Args:
      name: the target's name.
      srcs: the page's own files, which keep their paths in the package.
      folders: for each target that makes a directory the address at which it is served, as `/models/`.
      **kwargs: further attributes of the `sh_binary`.
    """
    addresses = ["{}=$(rootpath {})".format(address, target) for target, address in folders.items()]
    sh_binary(
        name = name,
        srcs = [Label("//examples/support:serve.sh")],
        args = ["$(rootpath {})".format(_NODE), "$(rootpath //examples/support:serve.mjs)"] + addresses + ["/=" + native.package_name()],
        data = srcs + folders.keys() + [
            _NODE,
            "//examples/support:serve.mjs",
            "//tools/page:programs",
            "@rules_tfjs_node//:files",
        ],
        **kwargs
    )
