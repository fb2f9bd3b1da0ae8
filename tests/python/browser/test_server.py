"""The page's server: files below what it serves and nothing else, isolated from other origins."""

import http.client
import subprocess
import urllib.parse
from pathlib import Path

import pytest

from tests.support.browser import PROGRAMS
from tests.support.node import node


@pytest.fixture(scope="module")
def get(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "model" / "deep").mkdir(parents=True)
    (folder / "model" / "deep" / "weights 1.bin").write_bytes(b"\0\1\2")
    (folder / "model" / "kernels.wasm").write_bytes(b"\0asm")
    (folder / "model" / "loader.mjs").write_text("export {};")
    (folder / "secret.txt").write_text("secret")
    command = [node(), str(Path(__file__).with_name("serve.mjs")), str(PROGRAMS / "server.mjs")]
    with subprocess.Popen(
        [*command, f"/m/={folder / 'model'}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        address = urllib.parse.urlsplit(process.stdout.readline().strip())

        def request(path):
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
            connection.request("GET", path)
            response = connection.getresponse()
            content = response.read()
            connection.close()
            return response, content

        yield request
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/m/deep/weights%201.bin", b"\0\1\2", "application/octet-stream"),
        ("/m/kernels.wasm", b"\0asm", "application/wasm"),
        ("/m/loader.mjs?x=1", b"export {};", "text/javascript; charset=utf-8"),
    ],
)
def test_files_and_their_types(get, path, content, kind):
    response, found = get(path)
    assert (response.status, found, response.headers["Content-Type"]) == (200, content, kind)
    assert response.headers["Content-Length"] == str(len(content))
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


OUTSIDE = ["/secret.txt", "/m/../secret.txt", "/m/%2e%2e/secret.txt", "/m/..%2fsecret.txt"]


@pytest.mark.parametrize("path", ["/", "//", "/m/", "/m/deep", "/m/none", "/m/%", *OUTSIDE])
def test_nothing_else(get, path):
    response, content = get(path)
    assert (response.status, content) == (404, b"")
