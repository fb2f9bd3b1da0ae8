"""What is shown during long conversions: one line on a terminal, lines in a log, nothing for short ones."""

import os
import pty

from tfjs_convert import steps
from tfjs_convert.cli import progress


def read_until(fd, text):
    got = ""
    while text not in got:
        got += os.read(fd, 1024).decode()
    return got


def test_terminal_has_one_line_that_goes_away(monkeypatch):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.01)
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as stream:
        with progress.shown_on(stream, "program"):
            steps.step("Writing the weights")
            shown = read_until(reader, "Writing the weights … 0 s")
            assert shown.startswith("\r") and "\n" not in shown
        assert read_until(reader, " \r").endswith(" \r")
    os.close(reader)


def test_log_has_lines(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.01)
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream, progress.shown_on(stream, "program"):
        steps.step("Reading the graph")
        assert "program: Reading the graph … 0 s\n" in read_until(reader, "Reading the graph … 0 s\n")
    os.close(reader)


def test_short_work_shows_nothing(tmp_path):
    with (tmp_path / "log").open("w") as stream, progress.shown_on(stream, "program"):
        steps.step("Reading the graph")
    assert (tmp_path / "log").read_text() == ""


def test_held_back_errors_do_not_hold_progress_back(monkeypatch):
    from tfjs_convert.quiet import native_stderr

    monkeypatch.setattr(progress, "LINE_SECONDS", 0.01)
    reader, writer = os.pipe()
    kept = os.dup(2)
    os.dup2(writer, 2)
    try:
        with open(2, "w", closefd=False) as stream, progress.shown_on(stream, "program"), native_stderr():
            os.write(2, b"noise")
            steps.step("Reading")
            shown = read_until(reader, "Reading … 0 s")
    finally:
        os.dup2(kept, 2)
        for fd in (kept, reader, writer):
            os.close(fd)
    assert "noise" not in shown


def test_steps_without_a_listener():
    steps.step("nobody hears this")
