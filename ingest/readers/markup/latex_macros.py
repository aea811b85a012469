"""What a LaTeX file defines for itself (``\\newcommand``, ``\\def``), put in its place; and siunitx quantities.

Definitions that only TeX itself can follow (conditions, names put together) are left as they are. The text cannot grow
without limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_MACRO_PASSES = 4  # macros within macros
MAX_MACRO_GROWTH = 200_000  # characters
MAX_MACRO_BODY = 4_000
_MAX_ARGUMENTS = 9
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s{0,9}(?:\{\s{0,9}\\([a-zA-Z@]+)\s{0,9}\}"
    r"|\\([a-zA-Z@]+))\s{0,9}(?:\[(\d)\])?\s{0,9}(?:\[([^\[\]\n]{0,200})\])?\s{0,9}(?=\{)"
    r"|\\(?:def|edef|gdef)\s{0,9}\\([a-zA-Z@]+)((?:#\d){0,9})\s{0,9}(?=\{)"
)
_COMMAND_NAME = re.compile(r"\\([a-zA-Z@]+)")
_PARAMETER = re.compile(r"#([1-9])")
_TEX_PROGRAM = re.compile(r"\\(?:if|else|fi\b|csname|expandafter|futurelet|let\b|def\b|@|ensuremath\b)|##")
_OPTION_IN_BRACKETS = re.compile(r"\s*\[([^\[\]\n]{0,300})\]")
_QUANTITY = re.compile(r"\\(SI|qty|SIrange|qtyrange|num|si|unit|ang)\s{0,9}(?:\[[^\]\n]{0,200}\])?\s{0,9}(?=\{)")
_QUANTITY_ARGUMENTS = {"SI": 2, "qty": 2, "SIrange": 3, "qtyrange": 3}
_UNIT_NAME = re.compile(r"\\([a-zA-Z]+)\s*")
_PREFIXES = {
    "pico": "p", "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "hecto": "h", "kilo": "k",
    "mega": "M", "giga": "G", "tera": "T",
}  # fmt: skip
_UNIT_SIGNS = {
    "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "second": "s", "ampere": "A", "kelvin": "K",
    "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "watt": "W",
    "coulomb": "C", "volt": "V", "ohm": "Ω", "farad": "F", "tesla": "T", "henry": "H", "celsius": "°C",
    "degreeCelsius": "°C", "degree": "°", "percent": "%", "litre": "L", "liter": "L", "minute": "min", "hour": "h",
    "day": "d", "tonne": "t", "bar": "bar", "electronvolt": "eV", "byte": "B", "bit": "bit", "hectare": "ha",
    "squared": "^2", "cubed": "^3", "per": "/", "cm": "cm", "mm": "mm", "km": "km", "kg": "kg", "mg": "mg",
}  # fmt: skip
_POWER_BEFORE = {"square": "^2", "cubic": "^3"}


@dataclass(frozen=True, slots=True)
class _Macro:
    body: str
    arguments: int
    optional: str | None  # what the first argument is where it is not given


Argument = Callable[[str, int], tuple[str, int]]  # the reader of what stands in braces at a place, and its end


def expanded(text: str, argument: Argument, fixed: frozenset[str]) -> str:
    """Return a text with its own macros in place and their definitions gone; ``fixed`` names are never replaced."""
    text, macros = _definitions(text, argument, fixed)
    limit = len(text) + MAX_MACRO_GROWTH
    for _ in range(MAX_MACRO_PASSES if macros else 0):
        longer = _replaced(text, macros, argument, limit)
        if longer == text:
            break
        text = longer
    return _with_quantities(text, argument)


def _definitions(text: str, argument: Argument, fixed: frozenset[str]) -> tuple[str, dict[str, _Macro]]:
    macros: dict[str, _Macro] = {}
    parts: list[str] = []
    at = 0
    for match in _DEFINITION.finditer(text):
        if match.start() < at:
            continue
        body, end = argument(text, match.end())
        name = match[1] or match[2] or match[5]
        if name in fixed or len(body) > MAX_MACRO_BODY or _TEX_PROGRAM.search(body):
            continue
        count = int(match[3] or 0) if match[5] is None else match[6].count("#")
        macros[name] = _Macro(body, min(count, _MAX_ARGUMENTS), match[4])
        parts.append(text[at : match.start()])
        at = end
    return "".join((*parts, text[at:])), macros


def _replaced(text: str, macros: dict[str, _Macro], argument: Argument, limit: int) -> str:
    parts: list[str] = []
    at, size = 0, len(text)
    for match in _COMMAND_NAME.finditer(text):
        macro = macros.get(match[1])
        if macro is None or match.start() < at or size > limit:
            continue
        end = match.end()
        values: list[str] = []
        if macro.arguments and macro.optional is not None:
            option = _OPTION_IN_BRACKETS.match(text, end)
            values, end = [option[1] if option else macro.optional], option.end() if option else end
        for _ in range(macro.arguments - len(values)):
            value, end = argument(text, end)
            values.append(value)
        body = _PARAMETER.sub(lambda number, values=values: _value(values, int(number[1])), macro.body)  # type: ignore[misc]
        parts += text[at : match.start()], body
        size += len(body)
        at = end
    return "".join((*parts, text[at:]))


def _value(values: list[str], number: int) -> str:
    return values[number - 1] if number <= len(values) else ""


def _with_quantities(text: str, argument: Argument) -> str:
    parts: list[str] = []
    at = 0
    for match in _QUANTITY.finditer(text):
        if match.start() < at:
            continue
        end = match.end()
        values: list[str] = []
        for _ in range(_QUANTITY_ARGUMENTS.get(match[1], 1)):
            value, end = argument(text, end)
            values.append(value)
        parts += text[at : match.start()], _quantity(match[1], values)
        at = end
    return "".join((*parts, text[at:]))


def _quantity(name: str, values: list[str]) -> str:
    if name in ("si", "unit"):
        return _unit(values[0])
    if name == "num":
        return values[0]
    if name == "ang":
        return f"{values[0]}°"
    figures = "–".join(values[:-1])
    return f"{figures} {_unit(values[-1])}"


def _unit(text: str) -> str:
    """Return a unit as it is printed: ``\\kilo\\gram\\per\\cubic\\metre`` as "kg/m^3"."""
    text = re.sub(r"(?<![\\\s])[.~](?=[\w\\])", " ", text)
    parts: list[str] = []
    power = ""
    at = 0
    while match := _UNIT_NAME.search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        name = match[1]
        if name in _POWER_BEFORE:
            power = _POWER_BEFORE[name]
        elif name in _PREFIXES:
            parts.append(_spaced_unit(parts, _PREFIXES[name]))
            parts.append("\0")  # its unit follows without a space
        else:
            sign = _UNIT_SIGNS.get(name, name)
            parts.append((sign if sign[0] in "^/" else _spaced_unit(parts, sign)) + power)
            power = ""
    return "".join((*parts, text[at:])).replace("\0", "").strip()


def _spaced_unit(parts: list[str], sign: str) -> str:
    before = parts[-2:]
    return f" {sign}" if "".join(before)[-1:].isalnum() else sign
