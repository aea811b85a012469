"""How often one may try, and how many sessions there are."""

from __future__ import annotations

import pytest

from tests.ui.web.server.door import Clock
from ui.web.server import sessions as held
from ui.web.server.sessions import BrowserSessions, PasswordAttempts


def test_many_addresses_together_are_slowed_too() -> None:
    clock = Clock()
    tries = PasswordAttempts(clock)
    assert [tries.begin(f"198.51.100.{n}") for n in range(30)] == [0.0] * 30
    assert tries.begin("198.51.100.99") == 5.0
    clock.now += 5
    assert tries.begin("198.51.100.99") == 0.0
    clock.now += 4000  # an hour later nobody remembers
    assert [tries.begin("198.51.100.1") for _ in range(6)] == [0.0] * 5 + [30.0]


def test_the_addresses_of_one_machine_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = PasswordAttempts(Clock())
    six = ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8:0:0:9::", "2001:db8::5%eth0", "2001:db8::6"]
    assert [tries.begin(each) > 0 for each in six] == [False] * 5 + [True]
    assert tries.begin("2001:db8:0:1::1") == 0.0
    assert [tries.begin(each) > 0 for each in ["::ffff:192.0.2.1", "192.0.2.1"] * 3] == [False] * 5 + [True]
    monkeypatch.setattr(held, "_MOST_ADDRESSES", 2)
    for address in ("192.0.2.50", "192.0.2.51", "192.0.2.52", "no address"):
        tries.begin(address)
    assert len(tries._by_address) == 2


def test_on_one_s_own_machine_a_session_outlives_a_long_weekend() -> None:
    clock = Clock()
    elsewhere, here = BrowserSessions(clock), BrowserSessions(clock, idle=10**7, longest=10**7)
    far, near = elsewhere.begin(), here.begin()
    clock.now += 4 * 24 * 3600
    assert elsewhere.find(far) is None and here.find(near)
    clock.now += 10**7
    assert here.find(near) is None


def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_MOST_SESSIONS", 2)
    kept = BrowserSessions(Clock())
    first, second, third = (kept.begin() for _ in range(3))
    assert kept.find(first) is None and kept.find(second) and kept.find(third)
    assert len({first, second, third}) == 3
