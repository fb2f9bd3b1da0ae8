"""What is done in a consumer workspace, step by step; each step stands on the ones before it."""

import functools
import os

from tests.integration import consumer
from tests.integration.nested_bazel import NestedBazel

MODELS = ["archived_web", "classifier_web", "hub_web", "ranker_web", "scorer_web"]

# Nothing may reach the network, and the info files are built too.
FLAGS = [
    "--spawn_strategy=linux-sandbox",
    "--sandbox_default_allow_network=false",
    "--output_groups=+info",
]


class Story:
    """One copy of the workspace with its own server, and what was done there, in this order."""

    def __init__(self, folder, mode, *, disk_cache=None):
        self.folder = folder
        self.workspace = consumer.set_up(folder / "rules_tfjs")
        self.bazel = NestedBazel(self.workspace, folder / "bazel", mode)
        self._flags = [f"--disk_cache={disk_cache}"] if disk_cache else []

    def build(self, command, *arguments):
        """Runs a command with the outer Bazel's runtimes."""
        return self.bazel.run(command, *self._flags, *arguments, repositories=consumer.repositories())

    def test_everything(self):
        """Builds and tests the top package."""
        return self.build("test", *FLAGS, "//:all").checked()

    @functools.cached_property
    def unrelated(self):
        """Something without models, where no runtime can be fetched; with what was fetched for it."""
        return self.bazel.run("build", "//:unrelated"), self.bazel.fetched(consumer.RUNTIMES)

    @functools.cached_property
    def layers_without_runtimes(self):
        """A layers model, where no runtime can be fetched."""
        assert self.unrelated
        return self.bazel.run("build", "//:classifier_web")

    @functools.cached_property
    def layers(self):
        """A layers model only; with what was fetched for it."""
        assert self.layers_without_runtimes
        return self.build("build", *FLAGS, "//:classifier_web").checked(), self.bazel.fetched(consumer.RUNTIMES)

    @functools.cached_property
    def everything(self):
        """All models; with what was fetched for them, and the hashes of their files."""
        assert self.layers
        return self.test_everything(), self.bazel.fetched(consumer.RUNTIMES), self.hashes()

    @functools.cached_property
    def again(self):
        """The same, with nothing changed."""
        assert self.everything
        return self.test_everything()

    @functools.cached_property
    def saved_again(self):
        """The same, after all files of a model were written anew, and fingerprint.pb with another content."""
        assert self.again
        for path in (self.workspace / "scorer").rglob("*"):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        (self.workspace / "scorer/fingerprint.pb").write_bytes(b"\x08\x01")
        return self.test_everything()

    @functools.cached_property
    def retrained(self):
        """The same, after one model got other weights."""
        assert self.saved_again
        consumer.copy_model(consumer.models() / "retrained_scorer", self.workspace / "scorer")
        return self.test_everything()

    @functools.cached_property
    def cleaned(self):
        """The same, after `bazel clean`."""
        assert self.retrained
        self.bazel.clean()
        return self.test_everything()

    @functools.cached_property
    def bad(self):
        """Models that cannot be converted."""
        assert self.cleaned
        return self.build("build", "--keep_going", "//bad:all")

    @functools.cached_property
    def unvalidated(self):
        """A model that TensorFlow.js cannot run, without validation."""
        assert self.bad
        return self.build("build", "--norun_validations", "//bad:unchecked_op")

    @functools.cached_property
    def inspected(self):
        """What `NAME.inspect` says of models that cannot be converted, by name."""
        assert self.bad
        names = ("unknown_op", "no_such_signature", "truncated_saved_model_pb")
        return {name: self.build("run", f"//bad:{name}.inspect") for name in names}

    def hashes(self):
        """The hashes of all models' files and info files."""
        built = [self.bazel.built(name + suffix) for name in MODELS for suffix in ("", ".info.json")]
        assert all(path.exists() for path in built)
        return consumer.hashes(*built)
