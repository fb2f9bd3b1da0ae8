"""Builds a whole consumer workspace with a Bazel of its own, in both dependency systems.

Builds are few and shared: the steps are in story.py, and each fact about a step is a test here.
"""

import concurrent.futures
import json
import pathlib
import signal
import tempfile

import pytest

from tests.integration import consumer, nested_bazel
from tests.integration.story import MODELS, Story

ACTIONS = ("TfjsGraphModel", "TfjsLayersModel", "TfjsValidate")
# Each wrong model: the action that fails, and what its one sentence says.
BAD = {
    "no_saved_model_pb": ("TfjsGraphModel", "it holds no saved_model.pb"),
    "truncated_saved_model_pb": ("TfjsGraphModel", "is cut off"),
    "truncated_archive": ("TfjsGraphModel", "truncated.zip"),
    "no_such_signature": ("TfjsGraphModel", 'it has: signature_name = "serving_default", signature_name = "embed"'),
    "wrong_tags": ("TfjsGraphModel", 'it has: saved_model_tags = "serve"'),
    "text_called_h5": ("TfjsLayersModel", "text.h5"),
    "truncated_h5": ("TfjsLayersModel", "truncated.h5"),
    "unknown_op": ("TfjsGraphModel", "MatrixInverse"),
}


@pytest.fixture(scope="module")
def stories():
    """The stories by name, each begun when it is first asked for; at the end servers and files go."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tfjs_consumer_"))
    begun = {}

    def story(name):
        if name not in begun:
            mode = name if name in nested_bazel.modes() else "bzlmod"
            cache = None if name == "workspace" else folder / "disk_cache"
            begun[name] = Story(folder / name, mode, disk_cache=cache)
        return begun[name]

    # Out of time, a test is asked to end, and then too the servers are to go.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield story
    finally:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda story: story.bazel.shutdown(), begun.values()))
        consumer.remove(folder)
        signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def bzlmod(stories):
    """The story under MODULE.bazel, with a disk cache."""
    return stories("bzlmod")


in_both_modes = pytest.mark.parametrize("mode", nested_bazel.modes())


@in_both_modes
def test_an_unrelated_build_fetches_no_runtime(stories, mode):
    outcome, fetched = stories(mode).unrelated
    outcome.checked()
    assert fetched == set()


@in_both_modes
def test_without_its_runtime_a_conversion_fails_with_a_sentence(stories, mode):
    outcome = stories(mode).layers_without_runtimes
    assert outcome.exit_code == 1
    assert "installing the wheels of" in outcome.output
    assert "rules_tfjs_core" not in outcome.output
    assert "rules_tfjs_full" not in outcome.output


@in_both_modes
def test_a_layers_model_needs_the_light_runtime_only(stories, mode):
    _, fetched = stories(mode).layers
    assert fetched == set(consumer.RUNTIMES) - {"rules_tfjs_core", "rules_tfjs_full"}


@in_both_modes
def test_a_graph_model_needs_the_core_runtime_but_not_the_full_one(stories, mode):
    _, fetched, _ = stories(mode).everything
    assert fetched == set(consumer.RUNTIMES) - {"rules_tfjs_full"}


@in_both_modes
def test_models_are_converted_and_validated_in_the_sandbox_without_network(stories, mode):
    story = stories(mode)
    ran = [spawn for outcome in (story.layers[0], story.everything[0]) for spawn in outcome.of(*ACTIONS)]
    assert sorted((spawn.label, spawn.mnemonic, spawn.runner) for spawn in ran) == [
        ("//:archived_web", "TfjsGraphModel", "linux-sandbox"),
        ("//:archived_web", "TfjsValidate", "linux-sandbox"),
        ("//:classifier_web", "TfjsLayersModel", "linux-sandbox"),
        ("//:classifier_web", "TfjsValidate", "linux-sandbox"),
        ("//:hub_web", "TfjsGraphModel", "linux-sandbox"),
        ("//:hub_web", "TfjsValidate", "linux-sandbox"),
        ("//:ranker_web", "TfjsGraphModel", "linux-sandbox"),
        ("//:ranker_web", "TfjsValidate", "linux-sandbox"),
        ("//:scorer_web", "TfjsGraphModel", "linux-sandbox"),
        ("//:scorer_web", "TfjsValidate", "linux-sandbox"),
    ]


@in_both_modes
def test_models_are_data_of_a_test(stories, mode):
    outcome, _, _ = stories(mode).everything
    assert {spawn.label for spawn in outcome.of("TestRunner")} == {"//:model_test"}


@in_both_modes
def test_a_rule_reads_what_models_tell_of_themselves(stories, mode):
    story = stories(mode)
    assert story.everything
    summary = story.bazel.built("summary.txt").read_text().splitlines()
    assert summary == ["classifier_web layers-model 2", "scorer_web graph-model 2"]


@in_both_modes
def test_the_info_file_is_an_output_group(stories, mode):
    story = stories(mode)
    assert story.everything
    info = json.loads(story.bazel.built("scorer_web.info.json").read_text())
    assert [entry["name"] for entry in info["inputs"]] == ["features"]
    assert [entry["name"] for entry in info["outputs"]] == ["alpha", "zeta"]


def test_an_archive_gives_the_same_model_as_its_files(bzlmod):
    _, _, hashes = bzlmod.everything
    models = {
        name: {path.removeprefix(name): digest for path, digest in hashes.items() if path.startswith(f"{name}/")}
        for name in ("archived_web", "hub_web", "scorer_web")
    }
    assert models["archived_web"] == models["hub_web"] == models["scorer_web"] != {}


@in_both_modes
def test_a_second_build_runs_nothing(stories, mode):
    assert stories(mode).again.spawns == []


def test_the_same_bytes_in_another_output_base(stories, bzlmod):
    _, _, hashes = bzlmod.everything
    other = stories("workspace") if "workspace" in nested_bazel.modes() else stories("elsewhere")
    assert other.bazel.output_base != bzlmod.bazel.output_base
    assert other.everything[2] == hashes
    assert {path.split("/")[0] for path in hashes} == {f"{name}{end}" for name in MODELS for end in ("", ".info.json")}


def test_the_same_model_saved_again_runs_nothing(bzlmod):
    assert bzlmod.saved_again.spawns == []


def test_a_changed_input_rebuilds_one_model(bzlmod):
    ran = bzlmod.retrained.of(*ACTIONS)
    assert [(spawn.label, spawn.mnemonic, spawn.cache_hit) for spawn in ran] == [
        ("//:scorer_web", "TfjsGraphModel", False),
        ("//:scorer_web", "TfjsValidate", False),
    ]


def test_a_disk_cache_holds_every_conversion_after_clean(bzlmod):
    ran = bzlmod.cleaned.of(*ACTIONS)
    assert len(ran) == 2 * len(MODELS)
    assert [spawn for spawn in ran if not spawn.cache_hit] == []


def test_a_disk_cache_serves_another_output_base(stories, bzlmod):
    assert bzlmod.everything
    ran = stories("elsewhere").test_everything().of(*ACTIONS)
    assert len(ran) == 2 * len(MODELS)
    assert [spawn for spawn in ran if not spawn.cache_hit] == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_fails_with_one_sentence(bzlmod, name):
    mnemonic, expected = BAD[name]
    failure = bzlmod.bad.failures[f"//bad:{name}"]
    assert failure.mnemonic == mnemonic
    assert failure.stderr.count("\n") == 1, failure.stderr
    label, _, sentence = failure.stderr.partition(": ")
    assert label.endswith(f"//bad:{name}")
    assert expected in sentence
    assert sentence.endswith(".\n")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_leaves_no_output(bzlmod, name):
    assert f"//bad:{name}" in bzlmod.bad.failures
    # The folder itself is made by Bazel before the action.
    assert list(bzlmod.bazel.built(f"bad/{name}").glob("*")) == []
    assert not bzlmod.bazel.built(f"bad/{name}.info.json").exists()


def test_no_traceback_is_shown(bzlmod):
    assert bzlmod.bad.exit_code == 1
    assert "Traceback" not in bzlmod.bad.output


def test_a_model_that_cannot_be_converted_is_inspected(bzlmod):
    shown = bzlmod.inspected["unknown_op"].checked()
    assert "no: TensorFlow.js lacks MatrixInverse (1×" in shown.output
    assert "//bad:unknown_op" in bzlmod.bad.failures and shown.of(*ACTIONS) == []


def test_a_signature_that_is_not_there_is_found_by_inspection(bzlmod):
    shown = bzlmod.inspected["no_such_signature"].checked().output
    assert "Attributes to paste into //bad:no_such_signature\n" in shown
    for name in ("serving_default", "embed"):
        assert f'  signature_name = "{name}"\n' in shown


def test_inspection_of_a_damaged_model_ends_with_one_sentence(bzlmod):
    outcome = bzlmod.inspected["truncated_saved_model_pb"]
    assert outcome.exit_code == 1
    (sentence,) = [line for line in outcome.output.splitlines() if line.startswith("inspect: ")]
    assert "is cut off" in sentence and "Traceback" not in outcome.output


def test_a_model_that_does_not_load_fails_the_build(bzlmod):
    failure = bzlmod.bad.failures["//bad:unchecked_op"]
    assert failure.mnemonic == "TfjsValidate"
    assert "MatrixInverse" in failure.stderr


def test_validation_can_be_switched_off(bzlmod):
    bzlmod.unvalidated.checked()
    assert bzlmod.unvalidated.of("TfjsValidate") == []
    assert (bzlmod.bazel.built("bad/unchecked_op") / "model.json").is_file()


def test_without_bazel_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BAZEL", raising=False)
    with pytest.raises(FileNotFoundError, match=r"start the tests with \./bazelw"):
        nested_bazel.program()
