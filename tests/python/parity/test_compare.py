"""Comparison by name: what passes, what fails, and what the report says of the worst element."""

import numpy as np
import pytest
from tfjs_convert.parity.compare import Tolerances, compare, table

REFERENCE = {"a": np.array([[0.0, 1.0], [2.0, 4.0]], np.float32)}


def one(reference, actual, tolerances=None):
    (report,) = compare({"y": np.asarray(reference)}, {"y": np.asarray(actual)}, tolerances)
    return report


def test_equal_outputs_pass():
    (report,) = compare(REFERENCE, {"a": REFERENCE["a"].copy()})
    assert report.passed
    assert (report.max_error, report.relative_error, report.scale) == (0, 0, 4)


def test_the_worst_element_is_named_with_its_index():
    actual = REFERENCE["a"].copy()
    actual[0, 1] += 0.01
    actual[1, 0] -= 0.5
    (report,) = compare(REFERENCE, {"a": actual})
    assert report.index == (1, 0)
    assert report.max_error == 0.5
    assert report.relative_error == 0.125
    assert report.problem == (
        'The output "a" is off by 0.5 at [1, 0], where the reference has 2 and this has 1.5: '
        "0.125 of the output's range (4), and 0.0001 is allowed."
    )


@pytest.mark.parametrize(("error", "passes"), [(0.9e-4, True), (1.1e-4, False)])
def test_errors_are_fractions_of_the_range_not_of_the_value(error, passes):
    reference = np.array([1000.0, 1000.5, 1001.0])
    assert one(reference * 0, reference * 0).passed
    assert one(reference - 1000, reference - 1000 + [0, error, 0]).passed == passes


def test_an_output_may_have_its_own_tolerance():
    tolerances = Tolerances(1e-4, {"loose": 0.2})
    outputs = {"loose": np.array([0.0, 1.0]), "strict": np.array([0.0, 1.0])}
    actual = {name: array + 0.1 for name, array in outputs.items()}
    assert [report.passed for report in compare(outputs, actual, tolerances)] == [True, False]


def test_a_constant_output_is_measured_by_its_magnitude():
    assert one([5.0, 5.0], [5.0, 5.0004]).passed
    assert not one([5.0, 5.0], [5.0, 5.001]).passed
    assert not one([0.0], [0.001]).passed


def test_rounding_of_float32_is_not_an_error():
    reference = np.array([1000.0, 1000.001], np.float32)
    assert one(reference, np.nextafter(reference, np.float32(np.inf))).passed
    assert not one(reference, reference + np.float32(0.01)).passed


def test_nan_equals_nan_and_nothing_else():
    assert one([np.nan, 1.0, 2.0], [np.nan, 1.0, 2.0]).passed
    for reference, actual in (([np.nan, 1.0], [0.0, 1.0]), ([0.0, 1.0], [np.nan, 1.0])):
        report = one(reference, actual)
        assert not report.passed
        assert report.index == (0,)
        assert report.max_error == np.inf
        assert "nan" in report.problem


def test_an_infinity_equals_only_itself():
    assert one([np.inf, 1.0], [np.inf, 1.0]).passed
    assert not one([np.inf, 1.0], [-np.inf, 1.0]).passed
    assert not one([np.inf, 1.0], [3e38, 1.0]).passed
    assert not one([1.0, 2.0], [np.inf, 2.0]).passed


def test_all_nan_or_empty_outputs():
    assert one([np.nan], [np.nan]).passed
    assert not one([np.nan], [1.0]).passed
    assert one(np.zeros((0, 3)), np.zeros((0, 3))).passed
    assert not one(np.zeros((0, 3)), np.zeros((0, 4))).passed


def test_scalars():
    report = one(np.float32(1), np.float32(2))
    assert report.index == ()
    assert not report.passed
    assert one(np.float32(1), np.float32(1)).passed


def test_shapes_must_be_the_same():
    report = one(np.zeros((2, 3)), np.zeros((3, 2)))
    assert report.problem == 'The output "y" has shape [3, 2], but the reference has [2, 3].'


def test_integers_of_any_width_compare_and_kinds_must_agree():
    assert one(np.array([1, 2], np.int64), np.array([1, 2], np.int32)).passed
    assert not one(np.array([1, 2], np.int64), np.array([1, 3], np.int32)).passed
    assert "holds floats, but the reference holds integers" in one([1, 2], [1.0, 2.0]).problem
    assert "holds integers, but the reference holds booleans" in one([True], [1]).problem
    assert one(np.array([1, 2], np.float64), np.array([1, 2], np.float32)).passed


def test_booleans_and_strings_must_be_equal():
    assert one([True, False], [True, False]).passed
    report = one([True, False, True], [True, True, False])
    assert "differs in 2 of 3 elements, first at [1]" in report.problem
    words = np.array([b"a", b"b"], dtype=object)
    assert one(words, words.copy()).passed
    assert "the reference has b'b', this has b'c'" in one(words, np.array([b"a", b"c"], dtype=object)).problem


def test_complex_numbers():
    assert one(np.array([1 + 1j, 2]), np.array([1 + 1j, 2], np.complex64)).passed
    report = one(np.array([1 + 1j, 2]), np.array([1 + 1j, 2 + 1j]))
    assert report.max_error == 1
    assert "+1j" in report.problem


def test_missing_and_extra_outputs_are_named():
    missing, extra = compare({"a": np.zeros(2)}, {"b": np.zeros(2)})
    assert missing.problem == 'The output "a" is missing; there are "b".'
    assert extra.problem == 'The output "b" is not among the reference\'s, which are "a".'


def test_swapped_outputs_fail_by_name():
    outputs = {"a": np.arange(4.0), "b": np.arange(4.0) * 2}
    reports = compare(outputs, {"a": outputs["b"], "b": outputs["a"]})
    assert not any(report.passed for report in reports)


def test_the_table_has_a_line_for_each_output():
    actual = {"a": REFERENCE["a"] + np.float32(1)}
    lines = table(compare({**REFERENCE, "b": np.zeros(1)}, actual)).splitlines()
    assert lines[0].split() == ["output", "shape", "range", "max", "error", "of", "range", "allowed", "worst", "at"]
    assert lines[1].split() == ["a", "[2,", "2]", "4", "1", "0.25", "0.0001", "[0,", "0]", "FAILS"]
    assert lines[2].split()[-1] == "FAILS"
    assert len(lines) == 3
