"""Which Debian archive apt_mirror.sh finds in a machine's apt sources."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path("tools/bazel_container/apt_mirror.sh").resolve()

DEB822 = """\
# Third parties first.
Types: deb
URIs: https://packages.example.com/node_20.x
Suites: nodistro
Components: main

Types: deb
URIs: http://security.example.org/debian-security
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example.org/debian
Suites: bookworm
Components: main

types: deb-src deb
# a comment inside a stanza
URIs:
 ftp://old.example.org/debian
 http://mirror.example.org/debian/
Suites: bookworm bookworm-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def mirror(etc_apt: Path) -> subprocess.CompletedProcess:
    command = ["bash", "-euc", 'source "$1"; debian_mirror "$2"', "-", str(SCRIPT), str(etc_apt)]
    return subprocess.run(command, capture_output=True, text=True)


def found(etc_apt: Path) -> str:
    result = mirror(etc_apt)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("deb http://a.example/debian bookworm main", "http://a.example/debian\n"),
        ("deb https://a.example/debian/ trixie contrib main non-free # near", "https://a.example/debian\n"),
        ("  deb  [ arch=amd64 signed-by=/k.gpg ]  http://a.example/debian  sid  main", "http://a.example/debian\n"),
        (
            "deb [trusted=no]\thttp://proxy.example:3142/a.example/debian stable main",
            "http://proxy.example:3142/a.example/debian\n",
        ),
    ],
)
def test_one_line_format(tmp_path, line, address):
    write(tmp_path / "sources.list", line)
    assert found(tmp_path) == address


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# deb http://a.example/debian bookworm main",
        "deb-src http://a.example/debian bookworm main",
        "deb http://a.example/debian bookworm contrib",
        "deb http://a.example/debian bookworm",
        "deb cdrom:[Debian]/ bookworm main",
        "deb file:/srv/debian bookworm main",
        "deb http://security.example/debian-security bookworm-security main",
        "deb http://security.example bookworm main",
        "deb https://packages.example/apt cloud-sdk-bookworm main",
        "deb http://archive.example/ubuntu jammy main",
    ],
)
def test_what_is_no_debian_archive(tmp_path, line):
    write(tmp_path / "sources.list", line + "\n")
    result = mirror(tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "")


def test_deb822_format(tmp_path):
    write(tmp_path / "sources.list.d/debian.sources", DEB822)
    assert found(tmp_path) == "http://mirror.example.org/debian\n"


def test_deb822_last_stanza_without_line_end_and_with_carriage_of_spaces(tmp_path):
    text = "Types: deb\nURIs:   http://b.example/debian  \nSuites: forky\nComponents: main"
    write(tmp_path / "sources.list.d/debian.sources", text)
    assert found(tmp_path) == "http://b.example/debian\n"


def test_the_first_file_that_names_one_counts(tmp_path):
    write(tmp_path / "sources.list", "# moved to sources.list.d\n")
    write(tmp_path / "sources.list.d/a.list", "deb https://packages.example/apt any main\n")
    write(tmp_path / "sources.list.d/b.list", "deb http://b.example/debian bookworm main\n")
    write(tmp_path / "sources.list.d/debian.sources", DEB822)
    assert found(tmp_path) == "http://b.example/debian\n"


def test_no_folder(tmp_path):
    assert mirror(tmp_path / "missing").returncode == 1
