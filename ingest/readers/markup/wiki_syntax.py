"""What note programs and site builders add to Markdown, made plain Markdown or left out; code stays as it is.

Links and embeds in double brackets, comments, callouts and block references (Obsidian, Logseq), admonitions and tabs
(MkDocs, Docusaurus, VitePress), shortcodes and template tags (Hugo, Jekyll), and the properties at a file's head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.left_out import TEMPLATE_VALUES, leave_hole
from ingest.readers.shared.records import as_text
from ingest.readers.values.toml_values import toml_values
from ingest.readers.values.yaml_values import yaml_documents

_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n(?P<yaml>.*?\n)??(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?\n)??\+\+\+)[ \t]*(?:\n|\Z)", re.DOTALL
)
_ANY_OF_IT = re.compile(r"\[\[|%%|\[!|::|\(\(|///|!!!|\?\?\?|==|--8<--|\{[{%:*]| \^")
_WITHIN_PARAGRAPH = re.compile(r"\[\[|::|==|\(\(|\{:|[ \t]\^")
_CODE_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ITEM_START = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_ADMONITION = re.compile(r"""(?:!!!|\?\?\?\+?)\s++(?P<kind>[\w-]++)[^"\n]*+(?:"(?P<title>[^"\n]*)"\s*)?$""")
_TAB = re.compile(r"""===[!+]{0,2}\s+"(?P<title>[^"\n]*)"\s*$""")
_FENCED_BLOCK = re.compile(
    r"(?:/{3,}|:{3,})\s*\{?\.?(?P<kind>[\w-]+)\}?\s*(?:\[(?P<bracket>[^\]\n]*)\]|\|?(?P<title>[^|{}\n]*))"
)
_DESCRIBED_NAME = re.compile(r":::\s+([^\W\d]\w*(?:\.\w+)+)\s*")  # of code, whose description mkdocs puts there
_FENCED_BLOCK_END = re.compile(r"(?:/{3,}|:{3,})\s*$")
_BLOCK_OPTION = re.compile(r"\s+[\w-]+:\s")
_CALLOUT = re.compile(r"(?P<quote>(?:>\s?)+)\[!(?P<kind>[\w-]+)(?:\|[^\]\n]*)?\][+-]?[ \t]*(?P<title>.*)$")
_LOGSEQ_HIDDEN = re.compile(
    r"(?:[-*]\s+)?(?:id|collapsed|logseq\.[\w.-]+|query-[\w-]+|heading|background-color|ls-[\w-]+)::\s.*$"
)
_INLINE_PROPERTY = re.compile(r"(?P<mark>(?:[-*]\s+)?)(?P<key>[\w][\w /-]{0,60})::[ \t]+(?=\S)")
_LEFT_OUT_LINE = re.compile(
    r"(?:--8<--.*|;--8<--.*|\{:[^{}\n]*\}|\{\*[^{}\n]*\*\}|:LOGBOOK:|:END:|CLOCK: \[.*|\\newpage)\s*$"
)
_INLINE_SYNTAX = re.compile(
    r"(?P<code>``[^\n]*?``|`[^`\n]*`)"
    r"|(?P<embed>!)?\[\[(?P<target>[^\s\[\]|\n][^\[\]|\n]{0,300}?)(?:\\?\|(?P<shown>[^\[\]\n]{0,300}))?\]\]"
    r"|(?<![\w%])%%(?:(?!%%|\n[ \t]*\n).){0,2000}?%%|(?<![^\n])%%[ \t]*\n.{0,2000}?\n%%[ \t]*(?=\n|\Z)"
    r"|\[(?P<field>[\w][\w /-]{0,60})::[ \t]*(?P<value>[^\[\]\n]{0,300})\]"
    r"|(?<![=\w])==(?=[^\s=])(?P<marked>[^=\n]{1,300}?)(?<=[^\s=])==(?![=\w])"
    r"|\(\([0-9a-f]{8}-[0-9a-f-]{20,30}\)\)"
    r"|\{\{(?:embed|query|video|renderer|youtube|tweet|cloze-meta)\b[^{}\n]{0,500}\}\}"
    r"|\{%-?\s*comment\s*-?%\}.{0,2000}?\{%-?\s*endcomment\s*-?%\}"
    r"|\{\{[<%]/\*.{0,2000}?\*/[>%]\}\}"
    r"|\{\{(?P<open>[<%])(?P<shortcode>[^{}]{0,2000}?)[>%]\}\}"
    r"|\{%(?:(?!%\}|\{%).){0,2000}%\}"
    r"|\{:[^{}\n]{0,300}\}"
    r"|(?P<before>\S)[ \t]+\^(?=[\w-]{0,40}[a-zA-Z])[\w-]{1,40}(?=[ \t]*(?:\n|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_SHORTCODE_CAPTION = re.compile(r"\b(?:caption|title|alt|text|name)\s*=\s*[\"']([^\"'\n]{1,500})[\"']")
_HIGHLIGHT = re.compile(r"\{%-?\s*(end)?highlight\b(?:\s+(\w+))?[^%\n]*%\}\s*$")
_RAW_TAG = re.compile(r"\{%-?\s*(end)?raw\s*-?%\}\s*$")
_EVALUATED = re.compile(
    r"\{%-?\s*(?:for|if|unless|set|assign|include|include_relative|import|from|macro|block|extends|raw|capture|docs)\b"
)
_TEMPLATE_VALUE = re.compile(
    r"(?P<code>``[^\n]*?``|`[^`\n]*`)"
    r"|\{%-?\s*raw\s*-?%\}(?P<raw>.{0,2000}?)\{%-?\s*endraw\s*-?%\}"
    r"|\{\{[-~]?[ \t]*(?:(?P<literal>\"[^\"\n{}]{0,500}\"|'[^'\n{}]{0,500}')[ \t]*\||(?P<site>(?:site|page)\.)?)"
    r"(?![ \t]*[<%{])[^\n{}]{1,500}\}\}",
    re.DOTALL,
)
_MEDIA_FILE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|mp3|mp4|wav|ogg|m4a|webm|mov|mkv|pdf|excalidraw)$", re.IGNORECASE
)


def front_matter(text: str) -> tuple[dict[str, str] | str | None, str]:
    """Return the properties at the head of a file and the rest: None where there are none, text where it is no data."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return None, text
    rest, head = text[found.end() :], found["yaml"] or found["toml"] or ""
    value = _toml(head) if found["toml"] is not None else _yaml(head)
    return (dict(_flat(value, "")) if isinstance(value, dict) else head), rest


def with_properties(properties: dict[str, str] | str | None, blocks: Iterable[ReaderBlock]) -> Iterator[ReaderBlock]:
    """Yield the properties of a file, one a line, and its blocks; they give its title where it has none of its own."""
    if isinstance(properties, dict):
        body = list(blocks)
        if not any(block.kind == "title" and block.level <= 1 for block in body):
            yield ReaderBlock("title", properties.get("title", ""), 0)
        yield ReaderBlock("text", "\n".join(f"{name}: {value}" for name, value in properties.items() if value))
        yield from body
    else:
        yield ReaderBlock("text", properties or "")
        yield from blocks


def _toml(text: str) -> Any:
    try:
        return toml_values(text)
    except ValueError:
        return None


def _yaml(text: str) -> Any:
    if "*" in text and "&" in text:  # references could swell; the head of an honest file has none
        return None
    try:
        return next(iter(yaml_documents(text)), None)
    except ValueError:
        return None


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value, 1):
            yield from _flat(each, f"{path}.{number}")
    else:
        each = value if isinstance(value, list) else [value]
        shown = ", ".join(
            text for one in each if (text := as_text(one if one is None or isinstance(one, str | int) else str(one)))
        )
        yield path, " ".join(_linked(shown).split())


def _linked(text: str) -> str:
    return _INLINE_SYNTAX.sub(_replaced, text) if _ANY_OF_IT.search(text) else text


def plain_markdown(text: str) -> str:
    """Return Markdown without what only those programs know."""
    if _ANY_OF_IT.search(text) is None:
        return text
    parts = [
        ("\n".join(line for line, _ in lines), is_code)
        for is_code, lines in groupby(_lines(text.split("\n")), key=lambda line: line[1])
    ]
    is_template = any(not is_code and _EVALUATED.search(part) for part, is_code in parts)
    return "\n".join(part if is_code else _plain_prose(part, is_template) for part, is_code in parts)


def _value(match: re.Match[str], is_template: bool) -> str:
    """Return what stands for the value that a template fills in: a hole in prose; nothing in a link or an attribute."""
    if match["code"] or match["raw"] is not None:
        return match["code"] or match["raw"]
    if match["literal"]:
        return match["literal"][1:-1]
    if not (is_template or match["site"]):
        return match[0]
    within = match.string[max(0, match.start() - 2) : match.start()]
    return "" if within.endswith(("](", '="', "='")) else leave_hole(TEMPLATE_VALUES)


def _plain_prose(text: str, is_template: bool) -> str:
    """Return prose without it; what may span paragraphs is looked for in all of it, the rest where it is."""
    if "{{" in text:
        text = _TEMPLATE_VALUE.sub(lambda match: _value(match, is_template), text)
    if any(sign in text for sign in ("%%", "{%", "{{")):
        return _INLINE_SYNTAX.sub(_replaced, text)
    return "\n\n".join(
        _INLINE_SYNTAX.sub(_replaced, part) if _WITHIN_PARAGRAPH.search(part) else part for part in text.split("\n\n")
    )


def _lines(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is code; what opens a box becomes a line of its own, the box is not indented."""
    fence = ""
    boxes: list[int] = []  # indentation of what is in each open box
    in_list = options = raw_part = False
    was_blank = True
    was_code = False
    for raw in lines:
        line = raw.expandtabs(4) if raw[:1] in ("\t", " ") else raw
        indent = len(line) - len(line.lstrip())
        if not fence:
            while boxes and line.strip() and indent < boxes[-1]:
                boxes.pop()
        line = line[min(4 * len(boxes), indent) :]
        stripped = line.strip()
        if fence:
            if (closing := _CODE_FENCE.match(stripped)) and not closing[2].strip() and closing[1].startswith(fence):
                fence = ""
            elif fence == _TAGGED and (tag := _HIGHLIGHT.match(stripped)) and tag[1]:
                line, fence = "```", ""
            yield line, True
            continue
        options = options and bool(_BLOCK_OPTION.match(line))
        if options:
            continue
        if stripped[:1] in ("`", "~") and (opening := _CODE_FENCE.match(stripped)):
            fence = opening[1]
            yield line, True
            was_blank = False
            continue
        if stripped[:1] == "{" and (tag := _RAW_TAG.match(stripped)):
            raw_part = not tag[1]
            yield line, False
            continue
        if raw_part and stripped:  # as it stands, but not code
            yield line, True
            continue
        if stripped[:1] == "{" and (tag := _HIGHLIGHT.match(stripped)) and not tag[1]:
            fence = _TAGGED
            yield f"```{tag[2] or ''}", True
            continue
        own = len(line) - len(line.lstrip())
        if own >= 4 and not in_list and (was_blank or was_code):
            was_code = True
            yield line, True
            continue
        if stripped:
            was_code = False
            in_list = bool(_ITEM_START.match(stripped)) or (in_list and own > 0)
        was_blank = not stripped
        if stripped[:1] not in _SPECIAL_STARTS and "::" not in stripped:
            yield line, False
            continue
        blank = " " * own
        if box := _ADMONITION.match(stripped) or _TAB.match(stripped):
            boxes.append(indent + 4)
            yield from (("", False), (f"{blank}{_box_title(box)}", False), ("", False))
            was_blank = True
        elif described := _DESCRIBED_NAME.fullmatch(stripped):
            yield from (("", False), (f"{blank}`{described[1]}`", False), ("", False))
        elif box := _FENCED_BLOCK.match(stripped):
            options = stripped.startswith("/")
            yield from (("", False), (f"{blank}{_box_title(box)}", False), ("", False))
        elif callout := _CALLOUT.match(stripped):
            title = callout["title"].strip()
            shown = f"{callout['kind'].capitalize()}: {title}"
            yield f"{blank}{callout['quote']}{_TITLE.format(shown) if title else shown}", False
            if title:
                yield f"{blank}{callout['quote']}", False
        elif _FENCED_BLOCK_END.match(stripped):
            yield "", False
        elif not (_LOGSEQ_HIDDEN.match(stripped) or _LEFT_OUT_LINE.match(stripped)):
            if found := _INLINE_PROPERTY.match(stripped):  # each a line of its own
                line = f"{blank}{found['mark']}{found['key']}: {stripped[found.end() :]}  "
            yield line, False


_SPECIAL_STARTS = frozenset("!?=/:>-;{C\\")
_TITLE = '<span class="admonition-title">{}</span>'  # bound to the text below it where that is a paragraph
_TAGGED = "{%"  # not a fence of Markdown: code between two tags


def _box_title(box: re.Match[str]) -> str:
    """Return what the page shows above a box: its title, else its kind, which stands in English in any language."""
    found = box.groupdict()
    title = (found.get("title") or found.get("bracket") or "").strip()
    kind = (found.get("kind") or "tab").replace("-", " ").capitalize()
    if kind.lower() in ("tab", "caption"):  # what stands below them is no remark
        return title
    if kind.lower() in ("html", "details", "admonition"):
        kind = ""
    return _TITLE.format(title or kind) if title or kind else ""


def _replaced(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    if target := match["target"]:
        return _link(target.strip(), match["shown"], is_embed=bool(match["embed"]))
    if match["marked"]:
        return match["marked"]
    if match["field"]:
        return f"{match['field']}: {match['value'].strip()}"
    if match["shortcode"] and not match["shortcode"].strip().startswith("/"):
        caption = _SHORTCODE_CAPTION.search(match["shortcode"])
        return caption[1] if caption else ""
    return match["before"] or ""


def _link(target: str, shown: str | None, *, is_embed: bool) -> str:
    if is_embed and _MEDIA_FILE.search(target.partition("#")[0]):
        return ""
    if shown and shown.strip() and not is_embed:
        return shown.strip()
    page, _, heading = target.partition("#")
    if heading.startswith("^"):
        heading = ""
    return " > ".join(filter(None, (page.strip(), heading.replace("#", " > ").strip())))
