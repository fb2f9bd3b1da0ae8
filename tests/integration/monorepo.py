"""What is done in a copy of examples/monorepo, step by step; each step stands on the ones before it."""

import functools
import json
import pathlib

from tests.integration import consumer
from tests.integration.nested_bazel import NestedBazel

MONOREPO = pathlib.PurePath("examples/monorepo")
APPS = ("palette", "picker")
LAYERS = [f"//{MONOREPO}/{app}:{app}{layer}.tar" for app in APPS for layer in ("_layer", "_models_layer")]


class Monorepo:
    """The copy with its own server, and what was done there, in order; a step gives its outcome and what was built."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "rules_tfjs"
        consumer.copy_repository(self.root, pathlib.PurePath("examples"))
        self.bazel = NestedBazel(self.root, folder / "bazel", "bzlmod")

    def build(self):
        """Builds the layers of both images with the outer Bazel's runtimes."""
        repositories = consumer.repositories(consumer.EVERYTHING)
        # Without sandboxes, which take longer to make from the training's 9,000 files than the training itself.
        outcome = self.bazel.run("build", "--spawn_strategy=local", *LAYERS, repositories=repositories).checked()
        return outcome, {app: self._manifest(app) for app in APPS}, self._layers()

    @functools.cached_property
    def first(self):
        """Everything, from nothing."""
        return self.build()

    @functools.cached_property
    def again(self):
        """The same, with nothing changed."""
        assert self.first
        return self.build()

    @functools.cached_property
    def commented(self):
        """The same, after both training scripts got a comment, which changes no model."""
        assert self.again
        for model in ("colour_names", "legibility"):
            self._append(f"models/{model}/train.py", "# Seen.\n")
        return self.build()

    @functools.cached_property
    def own_model(self):
        """The same, after the model that only the palette has was trained for fewer steps."""
        assert self.commented
        self._replace("models/legibility/train.py", "STEPS = 300", "STEPS = 200")
        return self.build()

    @functools.cached_property
    def shared_model(self):
        """The same, after the model that both applications have was trained for fewer epochs."""
        assert self.own_model
        self._replace("models/colour_names/train.py", "EPOCHS = 8", "EPOCHS = 1")
        return self.build()

    @functools.cached_property
    def page(self):
        """The same, after the picker's page was changed."""
        assert self.shared_model
        self._append("picker/main.mjs", "// Seen.\n")
        return self.build()

    def _append(self, path, text):
        file = self.root / MONOREPO / path
        file.write_text(file.read_text() + text)

    def _replace(self, path, old, new):
        file = self.root / MONOREPO / path
        before = file.read_text()
        assert old in before
        file.write_text(before.replace(old, new))

    def _manifest(self, app):
        """The sha256 of each file of an application's bundle, by its path without the hash in its name."""
        file = self.bazel.built(f"{MONOREPO}/{app}/{app}_models/asset-manifest.json")
        assets = json.loads(file.read_text())["assets"]
        return {_stable(asset["path"]): asset["sha256"] for asset in assets}

    def _layers(self):
        built = [self.bazel.built(label.removeprefix("//").replace(":", "/")) for label in LAYERS]
        return {name.removesuffix(".tar"): digest for name, digest in consumer.hashes(*built).items()}


def _stable(path):
    """models/m/model.0123456789abcdef.json as models/m/model.json."""
    stem, *hashed, suffix = path.split(".")
    assert not hashed or len(hashed[0]) == 16
    return f"{stem}.{suffix}"
