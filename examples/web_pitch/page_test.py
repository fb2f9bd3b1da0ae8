"""The page in the pinned Chromium hears an arpeggio whose notes are known."""

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from examples.support.visit import visit

HERE = Path(__file__).parent
RATE = 44100
# C major, up and down again; over four seconds, so that windows have to be joined.
PITCHES = [60, 64, 67, 72, 67, 64, 60]
NAMES = ["C4", "E4", "G4", "C5", "G4", "E4", "C4"]
SECONDS = 0.6


def write_arpeggio(path):
    """Notes with harmonics that fade, as a plucked string's; each begins SECONDS after the one before it."""
    time = np.arange(int(SECONDS * RATE)) / RATE
    fade = np.minimum(time / 0.005, 1) * np.exp(-2.5 * time) * np.minimum((SECONDS - time) / 0.03, 1)
    notes = []
    for pitch in PITCHES:
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * frequency * harmonic * time) / harmonic**2 for harmonic in range(1, 5))
        notes.append(0.4 * fade * tone)
    samples = np.concatenate([np.zeros(RATE // 4), *notes, np.zeros(RATE * 11 // 20)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.mark.parametrize("backend", ["wasm", "webgl"])
def test_the_notes_of_an_arpeggio(tmp_path, backend):
    sound = tmp_path / "arpeggio.wav"
    write_arpeggio(sound)
    screenshots = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    screenshot = f"{screenshots}/{backend}.png" if screenshots else None
    folders = {"/models/": HERE / "models", "/tfjs/": HERE / "tfjs", "/": HERE}
    argument = {"sound": str(sound), "screenshot": screenshot}
    page = visit(tmp_path, HERE / "visit.mjs", folders, argument, query=f"?backend={backend}")
    drawn = page["drawn"]
    assert [note["pitch"] for note in drawn] == PITCHES
    for index, note in enumerate(drawn):
        assert note["start"] == pytest.approx(0.25 + index * SECONDS, abs=0.05)
        assert 0.3 < note["end"] - note["start"] < SECONDS + 0.05
    assert page["listed"] == NAMES
    assert [(note["pitch"], note["name"]) for note in page["saved"]] == list(zip(PITCHES, NAMES, strict=True))
    assert page["status"].startswith("7 notes in 5.0 s of sound")
    assert page["status"].endswith(f"({backend})")
