"""The login page, as HTML of our own: no script, nothing to load, in every language of the page."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from rag.messages import marked
from ui.shared.i18n import show_message_in


class LoginProblem(StrEnum):
    """Why the page is shown again."""

    NONE = ""
    WRONG = marked("That is not the password. Please try again.")
    TOO_MANY = marked("Too many wrong passwords. You can try again in {seconds} seconds.")


_LOGIN_TITLE = marked("Log in to Oaken")
_LOGIN_LEAD = marked("This library is on another computer, which asks for its password.")
_PASSWORD_LABEL = marked("Password")
_LOGIN_BUTTON = marked("Log in")

_LOGIN_STYLE = """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 1rem/1.55 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif;
  background: light-dark(#fcfbf8, #151815); color: light-dark(#23261f, #e5e6dd); }
main { width: 100%; max-width: 24rem; }
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


def html(language: str, problem: LoginProblem = LoginProblem.NONE, next_page: str = "/", seconds: int = 0) -> str:
    """Return the page in that language; ``seconds`` until the next try, and where to go after the login."""

    def said(english: str) -> str:
        return escape(show_message_in(language, english).format(seconds=seconds))

    alert = f'<p class="problem" role="alert" id="problem">{said(problem)}</p>' if problem else ""
    described = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{said(_LOGIN_TITLE)}</title><style>{_LOGIN_STYLE}</style></head><body><main>{_picture()}"
        f"<h1>{said(_LOGIN_TITLE)}</h1><p>{said(_LOGIN_LEAD)}</p>{alert}"
        '<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(next_page)}">'
        f'<label for="password">{said(_PASSWORD_LABEL)}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        f"required autofocus{described}>"
        f'<button type="submit">{said(_LOGIN_BUTTON)}</button></form></main></body></html>'
    )


@cache
def _picture() -> str:
    icon = (Path(__file__).parents[1] / "assets" / "icon.svg").read_text(encoding="utf-8")
    return icon.replace("<svg ", '<svg aria-hidden="true" ', 1)
