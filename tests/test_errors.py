"""Errors hold what to do next."""

from __future__ import annotations

import pytest

from rag import errors


@pytest.mark.parametrize(
    ("kind", "parent", "code"),
    [
        (errors.UsageError, errors.OakenError, 2),
        (errors.LibraryNotFoundError, errors.LibraryError, 1),
        (errors.LibraryBusyError, errors.LibraryError, 1),
        (errors.EmbedderMismatchError, errors.LibraryError, 1),
        (errors.ModelNotFoundError, errors.ModelError, 1),
        (errors.ModelBrokenError, errors.ModelError, 1),
    ],
)
def test_an_error_holds_the_next_command(
    kind: type[errors.OakenError], parent: type[errors.OakenError], code: int
) -> None:
    error = kind("It is so.", "oaken doctor")
    assert isinstance(error, parent) and isinstance(error, errors.OakenError)
    assert str(error) == "It is so. oaken doctor" and error.exit_code == code
    assert str(kind("It is so.")) == "It is so."
