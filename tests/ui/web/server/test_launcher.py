"""The settings and the line with which the page's server is started."""

from __future__ import annotations

import contextlib
import http.client
import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from ui.web.server.addresses import ServerAddress, reach
from ui.web.server.launcher import SETTINGS, ServerOptions, _other_loopback, free_port, serve


def test_the_settings_keep_it_on_this_machine() -> None:
    from streamlit import config

    assert SETTINGS["server.address"] == "127.0.0.1"
    assert SETTINGS["server.allowedHosts"] == ["localhost", "127.0.0.1"]
    assert SETTINGS["browser.gatherUsageStats"] is False
    known = config.get_config_options()
    assert set(SETTINGS) <= set(known)


def test_streamlit_finds_the_settings_beside_the_script(tmp_path: Path) -> None:
    """``streamlit run ui/web/app.py``, from wherever: the same file, not a copy."""
    code = (
        "from streamlit import config; from pathlib import Path; import ui\n"
        "config._main_script_path = str(Path(ui.__file__).parent / 'web' / 'app.py')\n"
        "print(config.get_option('server.address'), config.get_option('theme.dark.primaryColor'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [SETTINGS["server.address"], SETTINGS["theme.dark.primaryColor"]]


def test_an_address_of_another_machine_is_refused_with_one_to_listen_at() -> None:
    with pytest.raises(UsageError, match="not an address of this machine"):
        free_port(8700, "192.0.2.44")


@pytest.mark.parametrize("where", [reach(), reach("0.0.0.0", ["oaken.example.org"])])
def test_the_child_gets_its_settings_on_one_line(where: ServerAddress) -> None:
    serving = ServerOptions(8600, where, proxies=("127.0.0.1", "192.0.2.0/24"))
    line = serving.line()
    assert line.endswith(b"\n") and line.count(b"\n") == 1 and ServerOptions.read(line) == serving
    told = serving.settings()
    assert told["server.address"] == where.address and told["server.port"] == 8600
    assert told["server.allowedHosts"] == [*where.names, *where.proxied]
    changed = {name for name in told if told[name] != SETTINGS.get(name)}
    assert changed <= {
        "server.address",
        "server.allowedHosts",
        "server.port",
        "browser.serverAddress",
        "browser.serverPort",
    }


@pytest.mark.slow
def test_idle_connections_do_not_keep_others_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than the server's process may open descriptors."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)

    class EnoughError(Exception):
        pass

    def look(addresses: tuple[str, ...], _url: str) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        host = addresses[0].removeprefix("http://")
        with contextlib.ExitStack() as held:
            for number in range(400):
                idle: Any = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=5)
                held.enter_context(idle).sendall(b"GET / HTTP/1.1\r\nx: " if number % 2 else b"")
            connection = http.client.HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=10)
            held.enter_context(contextlib.closing(connection)).request("GET", "/", headers={"Host": host})
            assert connection.getresponse().status == 401
        raise EnoughError

    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        with pytest.raises(EnoughError):
            serve(8690, "default", open_browser=None, ready=look, reach=reach())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_each_start_has_a_token_of_its_own() -> None:
    tokens = {ServerOptions(8600, reach()).token for _ in range(3)}
    assert len(tokens) == 3 and all(len(each) >= 43 for each in tokens)  # 256 bits


@pytest.fixture
def port_of_six() -> int:
    """A port that is free at the other address of "localhost"; without IPv6 there is no such address."""
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
            return int(trial.getsockname()[1])
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize("host", ["", "0.0.0.0"])
def test_nobody_else_gets_the_page_s_second_address(port_of_six: int, host: str) -> None:
    serving = ServerOptions(port_of_six, reach(host))
    with _other_loopback(serving), socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError):
            other.bind(("::1", port_of_six))
        with pytest.raises(OSError):  # and nothing answers there: a browser goes on to the page's own
            socket.create_connection(("::1", port_of_six), timeout=2)
    with _other_loopback(serving):  # it is given back
        pass


def test_where_another_program_has_it_the_port_is_not_taken(port_of_six: int) -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", port_of_six))
        other.listen()
        with pytest.raises(OSError):
            _other_loopback(ServerOptions(port_of_six, reach()))
        with _other_loopback(ServerOptions(port_of_six, reach("192.0.2.44"))):  # nobody calls that "localhost"
            pass


def test_a_machine_without_ipv6_has_nothing_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> socket.socket:
        raise OSError("Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", none)
    with _other_loopback(ServerOptions(8600, reach())):
        pass
