"""Runs a Bazel of its own in a workspace, and reads what it did from its machine-readable records, not its prose."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence

# A build that takes longer hangs.
TIMEOUT_SECONDS = 240

MODE_FLAGS = {
    "bzlmod": ["--enable_bzlmod", "--noenable_workspace"],
    "workspace": ["--noenable_bzlmod", "--enable_workspace"],
}


@dataclasses.dataclass(frozen=True)
class Spawn:
    """A command that a build ran, or took from a cache."""

    mnemonic: str
    label: str
    runner: str
    cache_hit: bool


@dataclasses.dataclass(frozen=True)
class Failure:
    """An action that failed, with what it wrote to stderr."""

    mnemonic: str
    label: str
    stderr: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One command of Bazel."""

    exit_code: int
    output: str
    spawns: list[Spawn]
    failures: dict[str, Failure]

    def checked(self) -> Outcome:
        """This outcome, where the command succeeded."""
        assert self.exit_code == 0, self.output
        return self

    def of(self, *mnemonics: str) -> list[Spawn]:
        """The spawns of some kinds, in the order of their labels and kinds."""
        found = [spawn for spawn in self.spawns if spawn.mnemonic in mnemonics]
        return sorted(found, key=lambda spawn: (spawn.label, spawn.mnemonic))


def program() -> str:
    """Bazel or Bazelisk: $BAZEL, or from PATH."""
    candidates = [os.environ.get("BAZEL"), "bazelisk", "bazel"]
    for found in (shutil.which(name) for name in candidates if name):
        if found:
            return found
    raise FileNotFoundError(
        "This test runs a Bazel inside Bazel, and there is neither bazelisk nor bazel on PATH "
        f"({os.environ.get('PATH')}): install one, or start the tests with ./bazelw, which brings one."
    )


@functools.cache
def modes() -> list[str]:
    """The dependency systems of the Bazel at hand: WORKSPACE ended with Bazel 8."""
    version = subprocess.run([program(), "--version"], env=_environment(), capture_output=True, text=True, check=True)
    major = int(re.search(r"bazel (\d+)", version.stdout).group(1))
    return ["bzlmod", "workspace"] if major < 9 else ["bzlmod"]


class NestedBazel:
    """A Bazel server in `workspace`, with everything that it writes below `home`."""

    def __init__(self, workspace: pathlib.Path, home: pathlib.Path, mode: str) -> None:
        self.workspace = workspace
        self.output_base = home / "output_base"
        self._mode = mode
        self._records = home / "records"
        self._records.mkdir(parents=True)
        self._startup = [
            program(),
            "--nohome_rc",
            "--max_idle_secs=120",
            "--host_jvm_args=-Xmx1g",
            f"--output_user_root={home / 'user_root'}",
            f"--output_base={self.output_base}",
        ]

    def run(self, command: str, *arguments: str, repositories: Mapping[str, pathlib.Path] = {}) -> Outcome:
        """Runs a command; `repositories` stand in for those of these names, which then are not fetched."""
        events, spawns = self._records / "events.json", self._records / "spawns.json"
        for record in (events, spawns):
            record.unlink(missing_ok=True)
        flags = [
            *MODE_FLAGS[self._mode],
            "--color=no",
            "--curses=no",
            "--noshow_progress",
            "--jobs=2",
            f"--build_event_json_file={events}",
            f"--execution_log_json_file={spawns}",
            *(f"--override_repository={name}={path}" for name, path in self._canonical(repositories).items()),
        ]
        result = self._start([command, *flags, *arguments])
        return Outcome(result.returncode, result.stdout, _read_spawns(spawns), _read_failures(events))

    def clean(self) -> None:
        """Deletes what was built."""
        self._start(["clean", *MODE_FLAGS[self._mode]]).check_returncode()

    def shutdown(self) -> None:
        """Ends the server, by force if it does not answer."""
        try:
            self._start(["shutdown"], timeout=60)
        except subprocess.TimeoutExpired:
            os.kill(int((self.output_base / "server/server.pid.txt").read_text()), signal.SIGKILL)

    def fetched(self, names: Sequence[str]) -> set[str]:
        """Which repositories of these names have been asked for so far."""
        external = self.output_base / "external"
        there = {re.split(r"[~+]", path.name)[-1] for path in external.iterdir()} if external.is_dir() else set()
        return there & set(names)

    def built(self, path: str) -> pathlib.Path:
        """Where an output lies."""
        return self.workspace / "bazel-bin" / path

    def _canonical(self, repositories: Mapping[str, pathlib.Path]) -> dict[str, pathlib.Path]:
        """The names that overrides go by: under MODULE.bazel those of the extension `tfjs`, in any module."""
        if self._mode == "workspace":
            return dict(repositories)
        prefixes = ["rules_tfjs~~tfjs~", "rules_tfjs++tfjs+", "_main~tfjs~", "_main+tfjs+"]
        return {prefix + name: path for name, path in repositories.items() for prefix in prefixes}

    def _start(self, arguments: Sequence[str], timeout: int = TIMEOUT_SECONDS) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._startup, *arguments],
            cwd=self.workspace,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )


def _environment() -> dict[str, str]:
    """What Bazel sees: nothing of the outer Bazel, and package managers that may not download."""
    kept = {name: value for name, value in os.environ.items() if name in ("BAZELISK_HOME", "LANG", "PATH", "TERM")}
    home = pwd.getpwuid(os.getuid()).pw_dir
    return kept | {"HOME": home, "PIP_NO_INDEX": "1", "npm_config_offline": "true"}


def _read_spawns(path: pathlib.Path) -> list[Spawn]:
    """Reads an execution log, which is one JSON object after the other."""
    text = path.read_text()
    decoder, blank, spawns = json.JSONDecoder(), re.compile(r"\s*"), []
    at = 0
    while at < len(text):
        record, end = decoder.raw_decode(text, at)
        at = blank.match(text, end).end()
        spawns.append(
            Spawn(
                mnemonic=record.get("mnemonic", ""),
                label=_apparent(record.get("targetLabel", "")),
                runner=record.get("runner", ""),
                cache_hit=record.get("cacheHit", False),
            )
        )
    return spawns


def _read_failures(path: pathlib.Path) -> dict[str, Failure]:
    """Reads the failed actions from a build event protocol, by label."""
    failures = {}
    for line in path.read_text().splitlines():
        event = json.loads(line)
        action = event.get("action")
        if action is None or action.get("success"):
            continue
        label = _apparent(event["id"]["actionCompleted"]["label"])
        uri = action.get("stderr", {}).get("uri")
        stderr = pathlib.Path(urllib.request.url2pathname(urllib.parse.urlparse(uri).path)).read_text() if uri else ""
        failures[label] = Failure(action["type"], label, stderr)
    return failures


def _apparent(label: str) -> str:
    """A label of the main repository without the `@` or `@@` that some versions of Bazel write."""
    return re.sub(r"^@+(?=//)", "", label)
