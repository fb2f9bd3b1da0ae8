"""What every web application of this monorepo is made of."""

load("//examples/support:page_server.bzl", "page_server")
load("//rules:defs.bzl", "tfjs_runtime_bundle", "tfjs_web_bundle")
load(":image_layer.bzl", "image_layer")

def web_app(name, srcs, models, assets = []):
    """One application: a page, its models, the TensorFlow.js that they need, and all of it as layers of an image.

    Args:
      name: `bazel run :NAME` serves the page; `NAME_models` is the web bundle, `NAME_tfjs` TensorFlow.js, and
        `NAME_layer.tar` and `NAME_models_layer.tar` go into an image.
      srcs: the page's files.
      models: the models, each with its name in the bundle.
      assets: further files for the bundle.
    """
    tfjs_web_bundle(
        name = name + "_models",
        assets = assets,
        models = models,
    )
    tfjs_runtime_bundle(
        name = name + "_tfjs",
        backends = ["cpu"],
        models = models.keys(),
    )
    image_layer(
        name = name + "_layer",
        srcs = srcs,
        folders = {name + "_tfjs": "tfjs"},
    )

    # Of its own: in practice the models are most of the bytes, and change at another time than the page.
    image_layer(
        name = name + "_models_layer",
        folders = {name + "_models": "models"},
    )
    page_server(
        name = name,
        srcs = srcs,
        folders = {
            name + "_models": "/models/",
            name + "_tfjs": "/tfjs/",
        },
    )
