"""The page in the pinned Chromium hears an arpeggio whose notes are known, from a file and from the microphone."""

import os
import signal
import subprocess
import urllib.error
import urllib.request
import wave
from pathlib import Path

import numpy as np
import pytest

from examples.support.visit import visit

HERE = Path(__file__).parent
FOLDERS = {"/models/": HERE / "models", "/tfjs/": HERE / "tfjs", "/": HERE}
RATE = 44100
# C major, up and down again; over four seconds, so that windows have to be joined.
PITCHES = [60, 64, 67, 72, 67, 64, 60]
NAMES = ["C4", "E4", "G4", "C5", "G4", "E4", "C4"]
SECONDS = 0.6


def write_arpeggio(path, lead=0.25):
    """Notes with harmonics that fade, as a plucked string's; each begins SECONDS after the one before it."""
    time = np.arange(int(SECONDS * RATE)) / RATE
    fade = np.minimum(time / 0.005, 1) * np.exp(-2.5 * time) * np.minimum((SECONDS - time) / 0.03, 1)
    notes = []
    for pitch in PITCHES:
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * frequency * harmonic * time) / harmonic**2 for harmonic in range(1, 5))
        notes.append(0.4 * fade * tone)
    samples = np.concatenate([np.zeros(int(lead * RATE)), *notes, np.zeros(RATE * 11 // 20)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def check_notes(page):
    """All notes, where they are drawn, listed and saved, in their order and at their distances."""
    drawn = page["drawn"]
    assert [note["pitch"] for note in drawn] == PITCHES
    for index, note in enumerate(drawn):
        assert note["start"] - drawn[0]["start"] == pytest.approx(index * SECONDS, abs=0.06)
        assert 0.3 < note["end"] - note["start"] < SECONDS + 0.05
    assert page["listed"] == NAMES
    assert [(note["pitch"], note["name"]) for note in page["saved"]] == list(zip(PITCHES, NAMES, strict=True))


def check_playback(page):
    """The line on the roll follows the sound, played or moved."""
    assert page["played"]["at"] > 0.5
    assert page["played"]["line"] == pytest.approx(page["played"]["at"], abs=0.1)
    assert page["moved"] == {"at": 2, "line": pytest.approx(2)}


def screenshot(name):
    folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    return f"{folder}/{name}.png" if folder else None


@pytest.mark.parametrize("backend", ["wasm", "webgl"])
def test_the_notes_of_a_file(tmp_path, backend):
    argument = {"sound": str(write_arpeggio(tmp_path / "arpeggio.wav")), "screenshot": screenshot(backend)}
    page = visit(tmp_path, HERE / "visit.mjs", FOLDERS, argument, query=f"?backend={backend}")
    check_notes(page)
    assert page["drawn"][0]["start"] == pytest.approx(0.25, abs=0.05)
    assert page["status"].startswith("7 notes in 5.0 s of sound")
    assert page["status"].endswith(f"({backend})")
    assert page["duration"] == pytest.approx(5, abs=0.01)
    check_playback(page)


def test_the_notes_that_the_microphone_hears(tmp_path):
    # It is heard from when the page gets the microphone, a moment before the recording begins.
    sound = write_arpeggio(tmp_path / "arpeggio.wav", lead=1)
    argument = {"seconds": 6.5, "screenshot": screenshot("microphone")}
    page = visit(tmp_path, HERE / "visit.mjs", FOLDERS, argument, query="?backend=wasm", microphone=sound)
    check_notes(page)
    assert page["drawn"][0]["start"] < 1.1
    assert 6 < page["duration"] < 8
    check_playback(page)


def test_a_microphone_that_is_refused_is_told(tmp_path):
    said = visit(tmp_path, HERE / "visit_refused.mjs", FOLDERS, query="?backend=wasm")
    assert said == {
        "refused": "The microphone cannot be used (NotAllowedError); allow it for this page, or open a sound.",
        "none": "Browsers give the microphone to https: and localhost alone; open a sound instead.",
        "no sound": "This file holds no sound that the browser can play.",
        "enabled": True,
    }


def test_the_page_is_served():
    with subprocess.Popen([HERE / "serve.sh"], stdout=subprocess.PIPE, text=True) as server:
        address = server.stdout.readline().split()[0]
        assert address.startswith("http://127.0.0.1:") and address.endswith("/index.html")
        for path, kind in {
            "index.html": "text/html",
            "app/main.mjs": "text/javascript",
            "models/loader.mjs": "text/javascript",
            "models/asset-manifest.json": "application/json",
            "tfjs/tfjs.mjs": "text/javascript",
            "tfjs/tfjs-backend-wasm-simd.wasm": "application/wasm",
        }.items():
            with urllib.request.urlopen(address.replace("index.html", path), timeout=30) as response:
                assert response.headers["Content-Type"].split(";")[0] == kind, path
                assert response.read()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(address.replace("index.html", "none.html"), timeout=30)
        server.send_signal(signal.SIGINT)
        server.wait(30)
