"""The lock of the page."""

from __future__ import annotations

import pytest

from tests.ui.web.server.door import Door


@pytest.fixture
def door() -> Door:
    return Door()
