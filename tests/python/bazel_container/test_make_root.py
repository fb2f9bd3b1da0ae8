"""What make_root.sh says where it cannot make a root. The machine's commands are fakes; nothing is downloaded."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = ["apt_mirror.sh", "make_root.sh", "namespaces.sh", "packages.txt"]
OTHER_WAYS = "Other ways: install Bazelisk or Bazel 7.7 or newer"
# Commands of the machine that the script calls before it downloads.
REAL = (
    "awk basename bash cat chmod cut df dirname du echo env flock grep head id kill ln mkdir mv readlink rm sed"
    " sleep tail tar true uname"
).split()
SIMULATION = "Inst openjdk-25-jdk-headless (25 x)\\nInst bazel-bootstrap ({version} Debian:testing [amd64])\\n"


class Machine:
    """A PATH of fakes and chosen real commands, and a folder for the root."""

    def __init__(self, folder: Path):
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.container = folder / "container"
        self.container.mkdir()
        for name in FILES:
            shutil.copy(Path("tools/bazel_container") / name, self.container)
        self.root = folder / "cache/root"
        self.keyring = folder / "keyring.gpg"
        self.keyring.touch()
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        self.fake("unshare", 'while [[ $1 == --* ]]; do shift; done; "$@"')
        self.fake("dpkg", "echo amd64")
        self.fake("dpkg-deb", "exit 1")
        self.fake("apt-config", "exit 0")
        self.fake("df", "echo Avail; echo 9000000000")
        self.fake("uname", "if [[ $1 == -m ]]; then echo x86_64; else echo Linux; fi")
        self.fake("apt-get", "exit 1")

    def fake(self, name: str, script: str) -> None:
        file = self.bin / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/bash\n{script}\n")
        file.chmod(0o755)

    def fake_apt_get(self, update: str = ':>"$lists/x_Packages"', simulate: str = "", download: str = "exit 1") -> None:
        self.fake(
            "apt-get",
            'lists=$(sed -n \'s/^Dir::State::lists "\\(.*\\)";/\\1/p\' "$APT_CONFIG")\n'
            f'case " $* " in *" update "*) {update} ;; *" --simulate "*) {simulate} ;;\n'
            f'*" --print-uris "*) echo "\'http://x/a.deb\' a.deb 3000000 SHA256:0" ;; *) {download} ;; esac',
        )

    def run(self, **variables: str) -> subprocess.CompletedProcess:
        environment = {"PATH": str(self.bin), "BAZELW_DEBIAN_MIRROR": "http://mirror.example/debian"}
        environment |= {"BAZELW_DEBIAN_KEYRING": str(self.keyring)} | variables
        return subprocess.run(
            ["/bin/bash", self.container / "make_root.sh", self.root, "echo", "entered"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def refusal(self, **variables: str) -> str:
        """Its message, after a check that it failed and left nothing but the lock."""
        result = self.run(**variables)
        assert (result.returncode, result.stdout) == (1, "")
        folder = self.root.parent
        assert not folder.exists() or {path.name for path in folder.iterdir()} <= {"root.lock"}
        return result.stderr


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_a_root_that_is_there(machine):
    machine.root.mkdir(parents=True)
    result = machine.run()
    assert (result.returncode, result.stdout, result.stderr) == (0, "entered\n", "")


def test_no_debian(machine):
    (machine.bin / "apt-get").unlink()
    message = machine.refusal()
    assert "needs apt-get, which this machine does not have; it seems to be no Debian" in message
    assert OTHER_WAYS in message


def test_other_system_and_other_architecture(machine):
    machine.fake("uname", "echo Darwin")
    assert "works on Linux only, this is Darwin" in machine.refusal()
    machine.fake("uname", "if [[ $1 == -m ]]; then echo riscv64; else echo Linux; fi")
    assert "this machine is riscv64" in machine.refusal()


def test_no_namespaces(machine):
    machine.fake("unshare", "exit 1")
    message = machine.refusal()
    assert ("not even root" if os.geteuid() == 0 else "an ordinary user make a user namespace") in message
    assert OTHER_WAYS in message


def test_full_disk(machine):
    machine.fake("df", "echo Avail; echo 700000000")
    message = machine.refusal()
    assert "needs 1500 MB" in message
    assert "has 700 MB free" in message


def test_no_network(machine):
    machine.fake_apt_get(update="echo 'W: Failed to fetch http://mirror.example' >&2")
    message = machine.refusal()
    assert "W: Failed to fetch" in message
    assert "could not be read from http://mirror.example/debian" in message
    assert "Without a network" in message


def test_a_package_that_the_suite_no_longer_has(machine):
    machine.fake_apt_get(simulate="echo 'E: Unable to locate package python3.13' >&2; exit 100")
    message = machine.refusal()
    assert "E: Unable to locate package python3.13" in message
    assert "write its present names there" in message


@pytest.mark.parametrize("version", ["7.6.9+ds-1", "4.2.3+ds-9"])
def test_a_suite_whose_bazel_is_too_old(machine, version):
    machine.fake_apt_get(simulate=f"printf '{SIMULATION.format(version=version)}'")
    assert f"has Bazel {version}; 7.7 or newer is needed" in machine.refusal()


def test_a_failed_download(machine):
    simulate = f"printf '{SIMULATION.format(version='7.7.1+ds-8')}'"
    machine.fake_apt_get(simulate=simulate, download="echo 'E: Hash Sum mismatch' >&2; exit 100")
    message = machine.refusal()
    # The compiler half of the JDK is left out, so it is one package.
    assert "downloading 1 packages, 3 MB" in message
    assert "E: Hash Sum mismatch" in message
    assert "a package could not be downloaded" in message


def test_a_package_that_cannot_be_unpacked(machine):
    simulate = f"printf '{SIMULATION.format(version='7.7.1+ds-8')}'"
    machine.fake_apt_get(simulate=simulate, download=": >a.deb")
    machine.fake("dpkg-deb", "echo 'dpkg-deb: not a Debian archive' >&2; exit 2")
    message = machine.refusal()
    assert "dpkg-deb: not a Debian archive" in message
    assert "a package could not be unpacked" in message


def test_what_an_interrupted_start_left_is_removed(machine):
    left = Path(f"{machine.root}.partial.123")
    (left / "root").mkdir(parents=True)
    machine.refusal()
    assert not left.exists()


def test_a_keyring_that_is_not_there(machine):
    assert "BAZELW_DEBIAN_KEYRING names /no/keys" in machine.refusal(BAZELW_DEBIAN_KEYRING="/no/keys")


def test_no_signature_check_is_switched_off_by_the_machines_settings(machine, tmp_path):
    seen = tmp_path / "seen"
    machine.fake(
        "apt-config",
        "cat <<'X'\n"
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::Verify-Peer "false";\n'
        'Acquire::AllowInsecureRepositories "true";\n'
        'APT::Get::AllowUnauthenticated "true";\n'
        'APT::Update::Post-Invoke:: "touch /host";\n'
        "X",
    )
    machine.fake_apt_get(
        update=f'cat "$APT_CONFIG" >{seen}; cat "${{APT_CONFIG%/*}}/sources.list" >{seen.with_name("list")}'
    )
    machine.refusal()
    settings = seen.read_text()
    assert f"[signed-by={machine.keyring}]" in seen.with_name("list").read_text()
    assert 'Acquire::http::Proxy "http://proxy.example:3128";' in settings
    assert 'Acquire::AllowInsecureRepositories "false";' in settings
    assert 'APT::Get::AllowUnauthenticated "false";' in settings
    for unwanted in (
        '"true";\nAPT::Get',
        "Verify-Peer",
        "Post-Invoke",
        'AllowInsecureRepositories "true"',
        "trusted=yes",
    ):
        assert unwanted not in settings
