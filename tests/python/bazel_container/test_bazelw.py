"""Which Bazel bazelw takes, and what it hands through to it. Programs on PATH are fakes; no root is ever made."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

FILES = [
    "bazelw",
    *(f"tools/bazel_container/{name}" for name in ("apt_mirror.sh", "make_root.sh", "namespaces.sh", "packages.txt")),
]

# Commands of the machine that the launcher and the fakes call. The machine's whole PATH might have a Bazel.
REAL = "bash cat dirname env find grep mkdir readlink sha256sum sleep timeout uname".split()

# Tells a version if asked for it, else who it is and its arguments; "exit N" ends so, "wait" waits for a signal.
FAKE = """\
#!/bin/bash
if [[ $1 == --version ]]; then {version}; exit; fi
if [[ $1 == exit ]]; then exit "$2"; fi
if [[ $1 == wait ]]; then trap 'exit 42' {trap}; echo ready; while :; do sleep 0.05; done; fi
printf '%s' {name}; printf '<%s>' "$@"; echo
"""


class Machine:
    """A copy of the launcher with a PATH, a home and a container of its own."""

    def __init__(self, folder: Path):
        self.top = folder / "check out"
        self.bin = folder / "bin"
        self.cache = folder / "cache"
        self.bin.mkdir()
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in FILES:
            (self.top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, self.top / name)
        self.environment = {"PATH": str(self.bin), "HOME": str(folder), "BAZELW_CACHE": str(self.cache)}
        # In place of the container's own scripts: they say how they were called.
        for name in ("make_root.sh", "enter.sh"):
            script = self.top / "tools/bazel_container" / name
            script.write_text(f"#!/bin/bash\nprintf {name}; printf '<%s>' \"$@\"; echo\n")
            script.chmod(0o755)

    def fake(self, name: str, version: str = "echo bazel 7.7.1", trap: str = "TERM") -> Path:
        program = self.bin / name
        program.write_text(FAKE.format(name=name, version=version, trap=trap))
        program.chmod(0o755)
        return program

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        command = [str(self.top / "bazelw"), *arguments]
        return subprocess.run(command, env=self.environment | variables, capture_output=True, text=True, timeout=60)

    def container_call(self, **variables: str) -> str:
        return self.run("version", **variables).stdout


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    "version",
    [
        "bazel 7.7.0",
        "bazel 7.7.1- (@non-git)",
        "bazel 7.10.2",
        "bazel 8.0.0rc1",
        "bazel 10.0.0",
        "Bazelisk version: v1.20.0\nbazel 9.1.0",
    ],
)
def test_recent_enough(machine, version):
    machine.fake("bazel", f"echo '{version}'")
    result = machine.run("build", "//...")
    assert (result.stdout, result.stderr, result.returncode) == ("bazel<build><//...>\n", "", 0)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("echo bazel 7.6.2", "is Bazel 7.6, too old: 7.7 or newer is needed"),
        ("echo bazel 6.9.9", "is Bazel 6.9, too old"),
        ("echo bazel no_version", 'does not tell a version ("bazel no_version")'),
        ("true", 'does not tell a version ("")'),
        ("echo cannot download >&2; exit 3", "--version failed with exit code 3"),
        ("sleep 30", "did not tell its version within 1 s"),
    ],
)
def test_not_usable_leads_to_the_container(machine, answer, sentence):
    program = machine.fake("bazel", answer)
    result = machine.run("build", "//...", BAZELW_VERSION_TIMEOUT="1")
    assert result.stdout.startswith("make_root.sh<")
    assert result.stdout.endswith("<bazel><build><//...>\n")
    assert f"bazelw: {program} {sentence}" in result.stderr
    # The next start does not spend the time again, and says nothing; a new program is asked again.
    again = machine.run("build", "//...", BAZELW_VERSION_TIMEOUT="1")
    assert (again.stdout, again.stderr) == (result.stdout, "")
    machine.fake("bazel")
    os.utime(program, (2**31, 2**31))
    assert machine.run("build").stdout == "bazel<build>\n"


def test_bazelisk_before_bazel(machine):
    machine.fake("bazel")
    machine.fake("bazelisk")
    assert machine.run("build").stdout == "bazelisk<build>\n"


def test_bazel_where_bazelisk_cannot_download(machine):
    machine.fake("bazel")
    machine.fake("bazelisk", "exit 1")
    assert machine.run("build").stdout == "bazel<build>\n"
    assert machine.run("build").stderr == ""


def test_the_variable_bazel_comes_first_and_is_not_asked(machine):
    machine.fake("bazel")
    mine = machine.fake("mine", "echo ancient")
    assert machine.run("build", BAZEL=str(mine)).stdout == "mine<build>\n"
    assert machine.run("build", BAZEL="mine").stdout == "mine<build>\n"


def test_the_variable_bazel_names_nothing(machine):
    result = machine.run("build", BAZEL="/no/such/bazel")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == 'bazelw: the variable BAZEL names "/no/such/bazel", which is no program.\n'


def test_bazelw_does_not_start_itself(machine):
    bazelw = machine.top / "bazelw"
    assert "names bazelw itself" in machine.run("build", BAZEL=str(bazelw)).stderr
    (machine.bin / "bazel").symlink_to(bazelw)
    assert machine.container_call().startswith("make_root.sh<")


def test_arguments_stay_as_they_are(machine):
    machine.fake("bazel")
    assert machine.run("run", "//a b", "--", "", "*", "$HOME", "x\ny", "--help").stdout == (
        "bazel<run><//a b><--><><*><$HOME><x\ny><--help>\n"
    )
    assert machine.run("--help").stdout == "bazel<--help>\n"
    assert machine.run().stdout == "bazel<>\n"


@pytest.mark.parametrize("code", [0, 1, 8, 37])
def test_exit_code(machine, code):
    machine.fake("bazel")
    assert machine.run("exit", str(code)).returncode == code


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_signals_reach_bazel(machine, name):
    machine.fake("bazel", trap=name)
    process = subprocess.Popen(
        [machine.top / "bazelw", "wait"], env=machine.environment, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(getattr(signal, f"SIG{name}"))
        assert process.wait(timeout=30) == 42


def test_a_way_can_be_forced(machine):
    machine.fake("bazel")
    assert machine.container_call(BAZELW_USE="container").startswith("make_root.sh<")
    assert machine.container_call(BAZELW_USE="container", BAZEL="bazel").startswith("make_root.sh<")
    assert machine.container_call(BAZELW_USE="path") == "bazel<version>\n"
    wrong = machine.run("version", BAZELW_USE="docker")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert 'BAZELW_USE is "docker"; it may be "path", "container", or unset' in wrong.stderr


def test_forced_path_without_bazel(machine):
    result = machine.run("version", BAZELW_USE="path")
    assert (result.returncode, result.stdout) == (1, "")
    assert "neither Bazelisk nor Bazel 7.7 or newer on PATH" in result.stderr


def root_of(call: str) -> str:
    return call.split("<")[1].rstrip(">")


def test_the_root_is_named_by_what_it_is_made_of(machine):
    root = root_of(machine.container_call())
    assert root.startswith(f"{machine.cache}/")
    assert len(root.removeprefix(f"{machine.cache}/")) == 16
    assert root_of(machine.container_call()) == root
    seen = {root}
    for name in ("packages.txt", "apt_mirror.sh", "make_root.sh"):
        file = machine.top / "tools/bazel_container" / name
        file.write_text(file.read_text() + "# changed\n")
        seen.add(root_of(machine.container_call()))
    assert len(seen) == 4
    (machine.top / "tools/bazel_container/enter.sh").write_text("#!/bin/bash\n")
    assert root_of(machine.container_call()) in seen


def test_a_root_that_is_there_is_entered(machine):
    root = root_of(machine.container_call())
    Path(root).mkdir(parents=True)
    assert machine.run("build", "a b").stdout == f"enter.sh<{root}><bazel><build><a b>\n"


def test_the_cache_of_the_user(machine):
    del machine.environment["BAZELW_CACHE"]
    home = machine.environment["HOME"]
    assert root_of(machine.container_call()).startswith(f"{home}/.cache/rules_tfjs/bazel_container/")
    assert root_of(machine.container_call(XDG_CACHE_HOME="/x y")).startswith("/x y/rules_tfjs/bazel_container/")
    del machine.environment["HOME"]
    result = machine.run("version")
    assert result.returncode == 1
    assert "neither BAZELW_CACHE nor HOME is set" in result.stderr
