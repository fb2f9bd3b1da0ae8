"""Builds examples/monorepo with a Bazel of its own: what a change rebuilds, and which files change by it.

Builds are few and shared: the steps are in monorepo.py, and each fact about a step is a test here.
"""

import pathlib
import signal
import tempfile

import pytest

from tests.integration import consumer
from tests.integration.monorepo import APPS, Monorepo

LOADERS = {"loader.cjs", "loader.mjs"}
PACKAGES = "//examples/monorepo/"


@pytest.fixture(scope="module")
def monorepo():
    """The copy; at the end server and files go."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tfjs_monorepo_"))
    begun = Monorepo(folder)
    # Out of time, a test is asked to end, and then too the server is to go.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield begun
    finally:
        begun.bazel.shutdown()
        consumer.remove(folder)
        signal.signal(signal.SIGTERM, before)


def ran(step):
    """What a step ran for the monorepo's targets: the kind of work, and the label without what they all begin with."""
    spawns = [spawn for spawn in step[0].spawns if spawn.label.startswith(PACKAGES)]
    return sorted((spawn.mnemonic, spawn.label.removeprefix(PACKAGES)) for spawn in spawns)


def changed(before, after):
    """The names of what differs between two steps."""
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


def model_files(name):
    """The paths of a model in a bundle, without hashes."""
    return {f"models/{name}/model.json", f"models/{name}/group1-shard1of1.bin"}


def test_everything_is_built_once(monorepo):
    built = ran(monorepo.first)
    assert len(set(built)) == len(built)
    assert [label for mnemonic, label in built if mnemonic == "TfjsModelExport"] == [
        "models/colour_names:trained",
        "models/legibility:trained",
    ]
    assert [label for mnemonic, label in built if mnemonic == "TfjsLayersModel"] == ["models/colour_names:colour_names"]


def test_both_bundles_hold_the_same_shared_model(monorepo):
    _, manifests, _ = monorepo.first
    shared = model_files("colour_names") | {"assets/names.json"}
    assert manifests["picker"].keys() == shared | LOADERS
    assert manifests["palette"].keys() == shared | LOADERS | model_files("legibility")
    assert {path: manifests["picker"][path] for path in shared} == {path: manifests["palette"][path] for path in shared}


def test_a_second_build_runs_nothing(monorepo):
    assert monorepo.again[0].spawns == []


def test_training_that_gives_the_same_model_rebuilds_nothing_after_it(monorepo):
    assert ran(monorepo.commented) == [
        ("TfjsModelExport", "models/colour_names:trained"),
        ("TfjsModelExport", "models/legibility:trained"),
    ]
    assert monorepo.commented[1:] == monorepo.first[1:]


def test_a_model_of_one_application_rebuilds_that_one(monorepo):
    assert ran(monorepo.own_model) == [
        ("Genrule", "palette:palette_models_layer"),
        ("TfjsGraphModel", "models/legibility:legibility"),
        ("TfjsModelExport", "models/legibility:trained"),
        ("TfjsRuntimeBundle", "palette:palette_tfjs"),
        ("TfjsValidate", "models/legibility:legibility"),
        ("TfjsWebBundle", "palette:palette_models"),
    ]


def test_a_model_of_one_application_changes_its_own_weights_and_nothing_of_the_other(monorepo):
    (_, before, layers_before), (_, after, layers_after) = monorepo.commented, monorepo.own_model
    assert changed(before["palette"], after["palette"]) == model_files("legibility") | LOADERS
    assert changed(before["picker"], after["picker"]) == set()
    assert changed(layers_before, layers_after) == {"palette_models_layer"}


def test_a_shared_model_rebuilds_both_applications_but_not_the_other_model(monorepo):
    assert ran(monorepo.shared_model) == [
        *(("Genrule", f"{app}:{app}_models_layer") for app in APPS),
        ("TfjsLayersModel", "models/colour_names:colour_names"),
        ("TfjsModelExport", "models/colour_names:trained"),
        *(("TfjsRuntimeBundle", f"{app}:{app}_tfjs") for app in APPS),
        ("TfjsValidate", "models/colour_names:colour_names"),
        *(("TfjsWebBundle", f"{app}:{app}_models") for app in APPS),
    ]


def test_a_shared_model_changes_its_files_in_both_applications(monorepo):
    (_, before, layers_before), (_, after, layers_after) = monorepo.own_model, monorepo.shared_model
    for app in APPS:
        assert changed(before[app], after[app]) == model_files("colour_names") | LOADERS
    # TensorFlow.js, which lies in the other layer, has the same bytes: the model uses the same kernels.
    assert changed(layers_before, layers_after) == {f"{app}_models_layer" for app in APPS}


def test_a_page_rebuilds_its_layer_only(monorepo):
    assert ran(monorepo.page) == [("Genrule", "picker:picker_layer")]
    assert changed(monorepo.shared_model[2], monorepo.page[2]) == {"picker_layer"}
