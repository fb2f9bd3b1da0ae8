"""The program behind NAME.serve: what it serves, where, and how it ends."""

import http.client
import json
import signal
import socket
import subprocess
import urllib.parse

import pytest

from tests.support import browser, tiny_models
from tests.support.node import node

INFO = {"inputs": [], "outputs": [], "execution": "predict"}


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    tiny_models.affine(folder / "model")
    (folder / "info.json").write_text(json.dumps(INFO))
    (folder / "secret.txt").write_text("secret")
    flags = ["--label=//m:affine", f"--model={folder / 'model'}", f"--info={folder / 'info.json'}"]
    program = browser.PROGRAMS.parent / "serve" / "serve.mjs"
    return [node(), str(program), *flags, f"--node_modules={browser.page_scripts()}"]


@pytest.fixture(scope="module")
def get(command):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith("//m:affine is at http://127.0.0.1:")
        assert line.endswith("/ until Ctrl-C is typed.\n")
        address = urllib.parse.urlsplit(line.split()[3])

        def request(path):
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
            connection.request("GET", path)
            response = connection.getresponse()
            content = response.read()
            connection.close()
            return response, content

        yield request
        process.send_signal(signal.SIGINT)
        assert (process.wait(30), process.stderr.read()) == (0, "")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/serve/main.mjs", "text/javascript; charset=utf-8"),
        ("/serve/style.css", "text/css; charset=utf-8"),
        ("/node/lib/named_model.mjs", "text/javascript; charset=utf-8"),
        ("/page/page.mjs", "text/javascript; charset=utf-8"),
        ("/model/model.json", "application/json; charset=utf-8"),
        ("/model/group1-shard1of1.bin", "application/octet-stream"),
        ("/tfjs/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm", "application/wasm"),
    ],
)
def test_the_page_and_the_model(get, path, kind):
    response, content = get(path)
    assert (response.status, response.headers["Content-Type"], bool(content)) == (200, kind, True)
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_what_the_page_is_told_of_the_model(get):
    response, content = get("/about.json")
    about = json.loads(content)
    assert (response.headers["Content-Type"], about["label"]) == ("application/json; charset=utf-8", "//m:affine")
    assert about["info"] == INFO
    assert list(about["json"]["signature"]["outputs"]) == ["zeta/y", "alpha"]


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/model/../secret.txt",
        "/model/%2e%2e/secret.txt",
        "/model/..%2fsecret.txt",
        "/model/",
        "/tools",
        "/about.json/x",
    ],
)
def test_nothing_else(get, path):
    response, content = get(path)
    assert (response.status, content) == (404, b"")


def refused(command, *flags):
    ran = subprocess.run([*command, *flags], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    return ran.stderr.strip()


def test_a_port_that_is_taken(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = refused(command, f"--port={port}")
    assert sentence == (f"The address 127.0.0.1:{port} is taken by another program; write --port=0 for a free one.")


@pytest.mark.parametrize("port", ["web", "-1", "65536", ""])
def test_no_port(command, port):
    assert refused(command, f"--port={port}") == (
        f"--port={port} is no port; write a number from 0 to 65535, 0 for a free one."
    )


def test_a_host_of_another_machine(command):
    assert refused(command, "--host=192.0.2.1") == (
        "The address 192.0.2.1:0 is no address of this machine; "
        "write --host=127.0.0.1, or --host=0.0.0.0 for all its addresses."
    )


def test_an_unknown_flag(command):
    assert refused(command, "--verbose").startswith('The argument "--verbose" is not understood; accepted are --host=…')


def test_port_and_host_can_be_chosen(command):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*command, f"--port={port}", "--host=localhost"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert f"http://localhost:{port}/" in process.stdout.readline()
        process.terminate()
        assert process.wait(30) == 0
