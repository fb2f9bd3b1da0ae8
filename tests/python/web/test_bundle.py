"""A web bundle holds models that its loader runs, under names that tell their content, and the types of their ports."""

import functools
import gzip
import hashlib
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert import api, artifact
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.weights.options import WeightOptions

from tests.support.node import node, node_modules

WEB = Path(__file__).parents[3] / "tools" / "web"
USE = Path(__file__).with_name("use_loader.mjs")


class Scorer(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(np.random.default_rng(0).normal(size=(3, 700)).astype(np.float32))

    @tf.function(
        input_signature=[tf.TensorSpec([None, 3], tf.float32, "features"), tf.TensorSpec([], tf.bool, "negate")]
    )
    def score(self, features, negate):
        scores = features @ self.kernel
        best = tf.argmax(scores, axis=1, output_type=tf.int32)
        return {"zeta": tf.where(negate, -scores, scores), "best-one": best, "positive": scores > 0.0}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, "n")])
    def count(self, n):
        return {"sum": tf.while_loop(lambda i, _: i < n, lambda i, s: (i + 1, s + i), (0, 0))[1]}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    scorer = Scorer()
    signatures = {"score": scorer.score, "count": scorer.count}
    tf.saved_model.save(scorer, str(folder / "saved"), signatures=signatures)
    for name in signatures:
        options = WeightOptions(shard_size_bytes=4096)
        result = api.convert_saved_model(
            folder / "saved", folder / name, signature_name=name, weight_options=options, control_flow_v2="auto"
        )
        artifact.write_info(folder / f"{name}.info.json", result.info)
    tf_keras.utils.set_random_seed(1)
    x = tf_keras.Input((4,), name="x")
    keras = tf_keras.Model(x, [tf_keras.layers.Dense(2, name="p")(x), tf_keras.layers.Dense(3, name="q")(x)])
    keras.save(folder / "m.h5")
    artifact.write_info(folder / "dense.info.json", convert_keras_file(folder / "m.h5", folder / "dense").info)
    (folder / "labels.txt").write_text("cat\ndog\n")
    return folder, scorer, keras


def bundle(folder, output, *names, flags=()):
    command = [node(), str(WEB / "bundle.mjs"), f"--output_dir={output}", f"--headers_dir={output}.headers"]
    command += [f"--info={output}.info.json", f"--asset=labels.txt:{folder / 'labels.txt'}", *flags]
    for name in names:
        command += [f"--model_name={name}", f"--model_dir={folder / name}", f"--model_info={folder / name}.info.json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(models, tmp_path_factory):
    output = tmp_path_factory.mktemp("bundle") / "bundle"
    done = bundle(models[0], output, "score", "count", "dense")
    assert done.returncode == 0, done.stderr
    return output


def manifest(folder):
    return json.loads((folder / "asset-manifest.json").read_text())


def use(loader, model, inputs, **job):
    command = [node(), str(USE), node_modules(), str(loader), json.dumps({"model": model, "inputs": inputs, **job})]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


FEATURES = np.array([[1, 2, 3], [-1, 0.5, 0]], np.float32)


@pytest.mark.parametrize("loader", ["loader.mjs", "loader.cjs"])
def test_the_loader_gives_tensorflows_numbers_by_name(models, built, loader):
    _, scorer, _ = models
    feed = {"features": FEATURES.ravel().tolist(), "negate": True}
    ran = use(built / loader, "score", feed, options={"verify": "hash"}, times=3)
    expected = {name: value.numpy() for name, value in scorer.score(FEATURES, True).items()}
    assert ran["names"] == ["score", "count", "dense"]
    assert list(ran["results"]) == [each["name"] for each in ran["outputs"]] and set(ran["results"]) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(np.reshape(ran["results"][name]["data"], value.shape), value, atol=1e-5)
    kinds = {name: result["kind"] for name, result in ran["results"].items()}
    assert kinds == {"zeta": "Float32Array", "best-one": "Int32Array", "positive": "Uint8Array"}
    assert ran["tensors"]["zeta"] == [2, 700]
    assert ran["leaked"] == 0
    assert ran["progress"] == sorted(ran["progress"]) and ran["progress"][-1] == 1 and len(ran["progress"]) >= 3


def test_a_loop_runs_as_the_info_file_says(built):
    ran = use(built / "loader.mjs", "count", {"n": 5})
    assert ran["results"]["sum"]["data"] == [10]


def test_a_layers_model_runs_too(models, built):
    _, _, keras = models
    value = np.array([[1, 2, 3, 4]], np.float32)
    ran = use(built / "loader.mjs", "dense", {"x": value.tolist()}, times=2)
    for name, expected in zip(("p", "q"), keras(value), strict=True):
        np.testing.assert_allclose(np.reshape(ran["results"][name]["data"], (1, -1)), expected, atol=1e-6)
    assert ran["leaked"] == 0


def test_every_file_is_in_the_manifest_with_its_hashes(built):
    listed = manifest(built)["assets"]
    paths = {asset["path"] for asset in listed}
    for asset in listed:
        data = (built / asset["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (asset["bytes"], asset["sha256"])
        assert asset["cacheable"] == bool(re.search(r"\.[0-9a-f]{16}\.\w+$", asset["path"]))
        assert not asset["cacheable"] or asset["sha256"][:16] in asset["path"]
        if "gz" in asset["encodings"]:
            assert gzip.decompress((built / asset["encodings"]["gz"]["path"]).read_bytes()) == data
        paths |= {encoding["path"] for encoding in asset["encodings"].values()}
    assert {asset["path"] for asset in listed if not asset["cacheable"]} == {"loader.mjs", "loader.cjs"}
    types = {f"loader.d.{kind}" for kind in ("ts", "mts", "cts")}
    there = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert there == paths | types | {"asset-manifest.json"}
    assert any(path.startswith("assets/labels.") for path in paths)


def test_the_same_inputs_give_the_same_bytes(models, built, tmp_path):
    assert bundle(models[0], tmp_path / "bundle", "score", "count", "dense").returncode == 0
    for path in (path for path in built.rglob("*") if path.is_file()):
        assert path.read_bytes() == (tmp_path / "bundle" / path.relative_to(built)).read_bytes(), path.name


def test_a_changed_weight_changes_the_names_of_few_files(models, tmp_path):
    folder, _, _ = models
    for name in ("score", "count", "dense"):
        shutil.copytree(folder / name, tmp_path / name)
        shutil.copyfile(folder / f"{name}.info.json", tmp_path / f"{name}.info.json")
    shutil.copyfile(folder / "labels.txt", tmp_path / "labels.txt")
    bundle(tmp_path, tmp_path / "before", "score", "dense")
    shard = next(iter(sorted((tmp_path / "score").glob("*.bin"))))
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(data)
    bundle(tmp_path, tmp_path / "after", "score", "dense")
    before, after = ({a["path"] for a in manifest(tmp_path / name)["assets"]} for name in ("before", "after"))
    assert len(after - before) == len(before - after) == 2
    assert {path.split("/")[1] for path in after - before} == {"score"}


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"features": [1, 2, 3]}, 'The model "score" takes features, negate; missing: negate.'),
        ({"features": [1, 2, 3], "negate": True, "x": 1}, "not an input: x"),
        ({"features": [1, 2, 3, 4], "negate": True}, 'input "features" of "score" has the shape [?,3], which 4 values'),
    ],
)
def test_wrong_inputs_are_told(built, inputs, says):
    assert says in use(built / "loader.mjs", "score", inputs)["error"]


def test_a_model_that_is_not_there(built):
    assert use(built / "loader.mjs", "scorer", {})["error"] == (
        'There is no model "scorer" in this bundle; it has: score, count, dense.'
    )


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder on loopback; `broken` maps a path's end to a status and a body."""

    def __init__(self, folder, broken=()):
        self.broken = dict(broken)
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        for end, (status, body) in self.server.broken.items():
            if self.path.endswith(end):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)
                return
        super().do_GET()

    def log_message(self, *arguments):
        pass


def shards(built):
    return manifest(built)["models"]["score"]["shards"]


def test_it_loads_over_http_from_elsewhere(models, built):
    _, scorer, _ = models
    feed = {"features": FEATURES.tolist(), "negate": False}
    with Server(built) as server:
        # Without a slash at its end, as people write it.
        ran = use(built / "loader.mjs", "score", feed, options={"baseUrl": server.url.rstrip("/"), "verify": "hash"})
    expected = scorer.score(FEATURES, False)["zeta"].numpy()
    np.testing.assert_allclose(np.reshape(ran["results"]["zeta"]["data"], expected.shape), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("answer", "verify", "says"),
    [
        ((404, b""), "length", "could not be loaded: the server answered 404"),
        ((200, b"<!doctype html>"), "length", "It looks like a web page"),
        ((200, b"\0" * 10), "length", "has 10 bytes instead of"),
        ((200, None), "hash", "is not the file that was built: its hash is"),
    ],
)
def test_the_shard_that_failed_is_named(built, answer, verify, says):
    shard = shards(built)[1]
    status, body = answer
    body = b"\0" * (built / shard).stat().st_size if body is None else body
    with Server(built, {shard: (status, body)}) as server:
        ran = use(built / "loader.mjs", "score", {}, options={"baseUrl": server.url, "verify": verify})
    assert ran["error"].startswith(shard) and says in ran["error"]


def test_no_server_at_all(built):
    with Server(built) as server:
        url = server.url
    ran = use(built / "loader.mjs", "score", {}, options={"baseUrl": url})
    assert "could not be loaded from http://127.0.0.1" in ran["error"]


def test_header_snippets(built):
    folder = built.with_name("bundle.headers")
    assert {path.name for path in folder.iterdir()} == {"Caddyfile", "_headers", "htaccess", "nginx.conf"}
    for path in folder.iterdir():
        assert "max-age=31536000, immutable" in path.read_text()
        # Where values for one file add up, what is asked for anew stays unlisted.
        assert ("no-cache" in path.read_text()) == (path.name != "_headers")


def test_sizes(built):
    sizes = json.loads(Path(f"{built}.info.json").read_text())
    listed = manifest(built)["assets"]
    assert sizes["files"] == len(listed) and sizes["bytes"] == sum(asset["bytes"] for asset in listed)
    assert sizes["brotli_bytes"] <= sizes["gzip_bytes"] < sizes["bytes"]


def test_a_shard_path_that_climbs_out_is_refused(models, tmp_path):
    folder, _, _ = models
    shutil.copytree(folder / "dense", tmp_path / "dense")
    shutil.copyfile(folder / "dense.info.json", tmp_path / "dense.info.json")
    (tmp_path / "labels.txt").write_text("")
    model = json.loads((tmp_path / "dense/model.json").read_text())
    model["weightsManifest"][0]["paths"] = ["../labels.txt"]
    (tmp_path / "dense/model.json").write_text(json.dumps(model))
    done = bundle(tmp_path, tmp_path / "out", "dense")
    assert done.returncode == 1
    assert 'The model "dense" names the shard "../labels.txt", which lies out of its folder.' in done.stderr
