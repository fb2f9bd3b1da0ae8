"""What the tests of the zoo's families have in common."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.zoo import zoo


def family_test(family: str) -> Callable[[str], None]:
    """The test of a family: one case for each of its models."""

    @pytest.mark.parametrize("name", [model.name for model in zoo.models(family)])
    def test(name: str) -> None:
        result = zoo.results(family)[name]
        assert not result.get("failed"), "\n".join(result["failed"])
        if "refused" not in result:
            assert result["runs"] and all("cpu" in run["backends"] for run in result["runs"])

    return test
