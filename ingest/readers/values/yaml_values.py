"""YAML to values without recursion, every scalar as it is written: C code that recurses ends the process."""

from __future__ import annotations

from typing import Any

MAX_YAML_DEPTH = 100  # groups within groups
_END = object()


def yaml_documents(text: str) -> list[Any]:
    """Return the documents of a YAML stream: dicts, lists and strings; what is referred to again is the same object.

    Raises ValueError where it is not YAML, refers to itself, or is nested too deeply.
    """
    import yaml

    documents: list[Any] = []
    anchors: dict[str, Any] = {}
    groups: list[tuple[Any, str | None]] = []  # those that are open, and their anchors
    keys: list[Any] = []  # of each open group: the key that waits for its value, or _END

    def put(value: Any) -> None:
        if not groups:
            documents.append(value)
        elif isinstance(groups[-1][0], list):
            groups[-1][0].append(value)
        elif keys[-1] is _END:
            keys[-1] = value if isinstance(value, str) else str(value)
        else:
            groups[-1][0][keys[-1]] = value
            keys[-1] = _END

    try:
        for event in yaml.parse(text, yaml.CBaseLoader):
            if isinstance(event, yaml.ScalarEvent):
                anchors[event.anchor] = event.value
                put(event.value)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                if len(groups) >= MAX_YAML_DEPTH:
                    raise ValueError("nested too deeply")
                groups.append(({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))
                keys.append(_END)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                group, anchor = groups.pop()
                keys.pop()
                group = _merged(group)
                anchors[anchor or ""] = group
                put(group)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in anchors:
                    raise ValueError("a reference to nothing, or to what holds it")
                put(anchors[event.anchor])
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return documents


def _merged(group: Any) -> Any:
    """Return a group with what it takes over from others by ``<<``."""
    if not isinstance(group, dict) or "<<" not in group:
        return group
    named = group.pop("<<")
    others = [each for each in (named if isinstance(named, list) else [named]) if isinstance(each, dict)]
    return {key: value for each in (*reversed(others), group) for key, value in each.items()}
