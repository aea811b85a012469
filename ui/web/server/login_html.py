"""The pages of the door, as HTML of our own: no script, nothing to load, in every language of the page."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from rag.messages import marked
from ui.shared.i18n import show_message_in
from ui.web.server.launch import OPEN


class LoginProblem(StrEnum):
    """What the page says of the last try."""

    NONE = ""
    WRONG = marked("That is not the password. Please try again.")
    TOO_MANY = marked("Too many wrong passwords. You can try again in {seconds} seconds.")
    OLD_ADDRESS = marked("This address is from an earlier start of Oaken.")


_LOGIN_TITLE = marked("Log in to Oaken")
_LOGIN_LEAD = marked("This library is on another computer, which asks for its password.")
_LOCAL_LEAD = marked("Oaken on this computer asks for its password.")
_CLOSED_TITLE = marked("Oaken does not know this browser")
_CLOSED_LEAD = marked(
    "Open the address that {command} printed in the terminal. It has {sign} in it and is new at each start."
)
_CLOSED_AGAIN = marked(
    "Or stop it with {keys} and start it again: it opens your browser by itself. This keeps other accounts of this "
    "computer away from your documents."
)
_ENTERING = marked("Open Oaken")
_PASSWORD_LABEL = marked("Password")
_LOGIN_BUTTON = marked("Log in")

_LOGIN_STYLE = """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 1rem/1.55 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif;
  background: light-dark(#fcfbf8, #151815); color: light-dark(#23261f, #e5e6dd); }
main { width: 100%; max-width: 24rem; }
code { font: .92em/1.4 ui-monospace, "Liberation Mono", monospace; white-space: nowrap; color: inherit;
  padding: .05rem .3rem; border-radius: .3rem; background: light-dark(#f0eee5, #23281f); }
a { color: light-dark(#2e5e45, #8fc2a0); }
svg { display: block; width: 2.75rem; height: 2.75rem; margin-bottom: 1.1rem; }
h1 { font: 600 1.75rem/1.25 Georgia, "Liberation Serif", serif; margin: 0 0 .4rem; letter-spacing: -.01em; }
p { margin: 0 0 1.4rem; color: light-dark(#5d6157, #a8ada1); }
.problem { padding: .6rem .8rem; border-radius: .5rem; margin: 0 0 1rem;
  color: light-dark(#9c2f2a, #e88f88); background: light-dark(#fae9e7, #3a1f1d); }
label { display: block; font-size: .92rem; margin-bottom: .35rem; }
input, button { width: 100%; font: inherit; padding: .65rem .8rem; border-radius: .5rem; }
input { color: inherit; background: light-dark(#f3f1ea, #1e221e); border: 1px solid light-dark(#8a8779, #7b8378); }
button { margin-top: 1rem; border: 0; cursor: pointer; font-weight: 600;
  background: light-dark(#2e5e45, #8fc2a0); color: light-dark(#fff, #151815); }
input:focus-visible, button:focus-visible { outline: 3px solid light-dark(#2e5e45, #8fc2a0); outline-offset: 2px; }
"""
_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_LOGIN_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", _POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept-Language, Cookie"),
)


def html(
    language: str,
    problem: LoginProblem = LoginProblem.NONE,
    next_page: str = "/",
    seconds: int = 0,
    *,
    local: bool = False,
) -> str:
    """Return the page that asks for the password, in that language.

    ``seconds`` until the next try, where to go after the login, and whether only this machine reaches the page.
    """

    def said(english: str) -> str:
        return _in(language, english, seconds=str(seconds))

    described = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    return _page(
        language,
        said(_LOGIN_TITLE),
        f"<h1>{said(_LOGIN_TITLE)}</h1><p>{said(_LOCAL_LEAD if local else _LOGIN_LEAD)}</p>{_alert(said(problem))}"
        '<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(next_page)}">'
        f'<label for="password">{said(_PASSWORD_LABEL)}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        f"required autofocus{described}>"
        f'<button type="submit">{said(_LOGIN_BUTTON)}</button></form>',
    )


def closed_html(language: str, problem: LoginProblem = LoginProblem.NONE) -> str:
    """Return the page for a browser without the launch token, where there is no password: how to come in."""
    title = _in(language, _CLOSED_TITLE)
    lead = _in(language, _CLOSED_LEAD, command=_code("oaken ui"), sign=_code(f"{OPEN}?token=…"))
    again = _in(language, _CLOSED_AGAIN, keys=_code("Ctrl-C"))
    return _page(language, title, f"<h1>{title}</h1>{_alert(_in(language, problem))}<p>{lead}</p><p>{again}</p>")


def entering_html(language: str) -> str:
    """Return the page that a browser sees for a moment when it is let in; it leads on to Oaken by itself."""
    on = '<meta http-equiv="refresh" content="0; url=/">'
    return _page(language, "Oaken", f'<p><a href="/">{_in(language, _ENTERING)}</a></p>', on)


def _page(language: str, title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">{head}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_LOGIN_STYLE}</style></head>"
        f'<body class="door"><main>{_picture()}{body}</main></body></html>'
    )


def _in(language: str, english: str, **html: str) -> str:
    """Return a message in that language as HTML, with HTML in its gaps."""
    return escape(show_message_in(language, english)).format(**html) if english else ""


def _code(words: str) -> str:
    return f"<code>{escape(words)}</code>"


def _alert(words: str) -> str:
    return f'<p class="problem" role="alert" id="problem">{words}</p>' if words else ""


@cache
def _picture() -> str:
    icon = (Path(__file__).parents[1] / "assets" / "icon.svg").read_text(encoding="utf-8")
    return icon.replace("<svg ", '<svg aria-hidden="true" ', 1)
