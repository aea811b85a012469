"""Source code: kept as it is, cut at definitions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.source_code import _GRAMMARS
from tests.ingest.readers.reading import document_of, told

SOURCES = {
    ".py": (
        "import x\n\n# Remark of fare.\n@x.cached\ndef fare(days):\n    def inner(): pass\n    return 2\n\n\n"
        "class Ferry:\n    'Лодка.'\n    boats = 2\n\n    def go(self):\n        return 1\n\n\nfare(2)\n",
        [(), ("fare",), ("Ferry",), ("Ferry", "go"), ()],
    ),
    ".js": (
        "// x\nexport function fare(d) { return 2 }\nclass Ferry { go() { return 1 } }\nfare(1)\n",
        [("fare",), ("Ferry",), ("Ferry", "go"), ("Ferry",), ()],
    ),
    ".ts": (
        "interface Boat { no: number }\nnamespace Mill { export function turn(): number { return 1 } }\n",
        [("Boat",), ("Mill",), ("Mill", "turn"), ("Mill",)],
    ),
    ".java": (
        "package x;\n/** Лодка. */\npublic class Ferry {\n  int n;\n  Ferry() { }\n  int go() { return 1; }\n}\n",
        [(), ("Ferry",), ("Ferry", "Ferry"), ("Ferry", "go"), ("Ferry",)],
    ),
    ".go": (
        "package x\n\n// Boat floats.\ntype Boat struct { n int }\n\nfunc (b Boat) Go() int { return 1 }\n",
        [(), ("Boat",), ("Go",)],
    ),
    ".rs": (
        "use x;\nimpl Boat {\n  fn go(&self) -> i32 { 1 }\n}\nmod mill { pub fn turn() {} }\n",
        [(), ("Boat",), ("Boat", "go"), ("Boat",), ("mill",), ("mill", "turn"), ("mill",)],
    ),
    ".c": ("#include <x.h>\nint *fare(int d)\n{\n  return 0;\n}\n", [(), ("fare",)]),
    ".cpp": (
        "namespace mill {\nclass Wheel {\n public:\n  int turn() { return 1; }\n};\n}\n"
        "template <class T> T f(T a) { return a; }\n",
        [("mill",), ("mill", "Wheel"), ("mill", "Wheel", "turn"), ("mill", "Wheel"), ("mill",), ("f",)],
    ),
    ".cs": (
        "namespace Mill { class Wheel { int Turn() { return 1; } } }\n",
        [("Mill",), ("Mill", "Wheel"), ("Mill", "Wheel", "Turn"), ("Mill", "Wheel"), ("Mill",)],
    ),
    ".php": ("<?php\nfunction fare() { return 1; }\nclass Boat { function go() {} }\n", None),
    ".rb": ("module Mill\n  class Wheel\n    def turn\n      1\n    end\n  end\nend\n", None),
    ".kt": ("fun fare() = 2\n\nclass Boat\n", [()]),
    ".log": ("2024-01-01 start\n2024-01-02 stop\n", [()]),
}


@pytest.mark.parametrize("suffix", sorted(SOURCES))
def test_code_is_kept_as_it_is_and_cut_at_definitions(tmp_path: Path, suffix: str) -> None:
    source, sections = SOURCES[suffix]
    document = document_of(tmp_path, f"a{suffix}", source)
    assert document.text == source.strip("\n")
    assert document.media_type.startswith("text/x-")
    found = [element.section for element in document.elements]
    if sections is not None:
        assert found == sections
    else:
        assert ("fare",) in found or ("Mill", "Wheel", "turn") in found
    assert {element.kind for element in document.elements} == {"code"}


def test_a_definition_holds_the_remark_above_it(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.py", SOURCES[".py"][0])
    texts = [text for _, text in told(document)]
    assert texts[1].startswith("# Remark of fare.\n@x.cached\ndef fare")
    assert texts[3] == "    def go(self):\n        return 1"


@settings(deadline=None)  # the first one loads libraries
@given(
    st.lists(
        st.sampled_from(
            ["class Я:\n", "    def f(self):\n", "        return 'ё'\n", "x = 1\n", "\n", "# é\n", ")\n", "@a\n"]
        )
    )
)
def test_any_code_is_tiled_by_its_elements(lines: list[str]) -> None:
    from ingest.readers.shared.build import clean_code
    from ingest.readers.source_code import _elements

    text = clean_code("".join(lines))
    end = 0
    for element in _elements(text, ".py"):
        assert element.start >= end and not text[end : element.start].strip()
        assert text[element.start : element.end].strip()
        end = element.end
    assert not text[end:].strip()


def test_text_that_a_parser_would_keep_until_its_end_is_given_up_before(tmp_path: Path) -> None:
    foreign = ".. a::\n" * 24_000  # 20 s and 6 GB, in which the parser does not ask whether it shall go on
    code = f"def first():\n    return 1\n\n\n{foreign}"
    command = (
        "import re, sys; from pathlib import Path; from ingest.readers.source_code import read\n"
        "document = read(Path(sys.argv[1])); assert document.text and len(document.elements) == 1\n"
        # Not ru_maxrss: a process that is started begins with the peak of the one that started it.
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    (tmp_path / "x.py").write_text(code)
    took = subprocess.run([sys.executable, "-c", command, str(tmp_path / "x.py")], capture_output=True, check=True)
    assert int(took.stdout) < 1_000_000  # kB


@pytest.mark.parametrize("suffix", sorted(_GRAMMARS))
def test_text_that_no_grammar_understands_is_one_piece_and_soon_given_up(tmp_path: Path, suffix: str) -> None:
    words = ":a: <!-- ( [ {\n" * 20_000  # hours, if the parser is left to look for a way through
    document = document_of(tmp_path, f"x{suffix}", words)
    assert document.text == words.rstrip("\n") and {each.section for each in document.elements} == {()}
