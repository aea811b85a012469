"""Small evaluation data in the layout of the public sets, and a run of a benchmark that returns its results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.results import Result, read_result

Main = Callable[[Sequence[str]], object]
Run = Callable[..., dict[str, Result]]

PARAGRAPHS = {  # id -> language -> sentences, the same in each
    "xquad-03-0": {
        "en": "The ferry Aurora crosses the river Lena at six every morning. It carried 40 passengers in May 1911.",
        "es": "El transbordador Aurora cruza el río Lena a las seis cada mañana. Llevó a 40 pasajeros en mayo de 1911.",
        "ru": "Паром «Аврора» пересекает реку Лену в шесть часов каждое утро. "
        "Он перевёз 40 пассажиров в мае 1911 года.",
    },
    "xquad-08-0": {
        "en": "The library of Warsaw was opened by Marie Novak in 1934. "
        "It is held in a house of 12 rooms near the Vistula.",
        "es": "La biblioteca de Varsovia fue abierta por Marie Novak en 1934. "
        "Está en una casa de 12 salas cerca del Vístula.",
        "ru": "Библиотека Варшавы была открыта Марией Новак в 1934 году. Она находится в доме из 12 комнат близ Вислы.",
    },
    "xquad-07-0": {
        "en": "The bakery of Boris Gromov was closed during the winter of 1942. "
        "The bread is still made from rye of Tver.",
        "es": "La panadería de Boris Gromov fue cerrada en el invierno de 1942. "
        "El pan es hecho todavía de centeno de Tver.",
        "ru": "Пекарня Бориса Громова была закрыта зимой 1942 года. "
        "Хлеб до сих пор является ржаным и делается в Твери.",
    },
    "xquad-11-0": {
        "en": "The observatory of Cerro Alto is 2400 metres high above Santiago. "
        "Its mirror was cast in Jena in April 1958.",
        "es": "El observatorio de Cerro Alto está a 2400 metros sobre Santiago. "
        "Su espejo fue fundido en Jena en abril de 1958.",
        "ru": "Обсерватория Серро-Альто находится на высоте 2400 метров над Сантьяго. "
        "Её зеркало было отлито в Йене в 1958 году.",
    },
}
QUESTIONS = {  # paragraph -> questions by language with the answer by language
    "xquad-03-0": (
        ("When does the ferry Aurora cross?", "¿Cuándo cruza el transbordador Aurora?", "Когда ходит паром «Аврора»?"),
        ("How many passengers did it carry?", "¿Cuántos pasajeros llevó?", "Сколько пассажиров он перевёз?"),
    ),
    "xquad-08-0": (
        ("Who opened the library of Warsaw?", "¿Quién abrió la biblioteca de Varsovia?", "Кто открыл библиотеку?"),
        ("How many rooms has the house?", "¿Cuántas salas tiene la casa?", "Сколько комнат в доме?"),
    ),
    "xquad-07-0": (
        ("When was the bakery closed?", "¿Cuándo fue cerrada la panadería?", "Когда была закрыта пекарня?"),
        ("Where is the rye from?", "¿De dónde es el centeno?", "Где делается хлеб?"),
    ),
    "xquad-11-0": (
        ("How high is the observatory?", "¿A qué altura está el observatorio?", "На какой высоте обсерватория?"),
        ("Where was its mirror cast?", "¿Dónde fue fundido su espejo?", "Где было отлито зеркало?"),
    ),
}
ANSWERS = {
    "xquad-03-0": (("six", "seis", "шесть"), ("40", "40", "40")),
    "xquad-08-0": (("Marie Novak", "Marie Novak", "Марией Новак"), ("12", "12", "12")),
    "xquad-07-0": (("winter of 1942", "invierno de 1942", "зимой 1942"), ("Tver", "Tver", "Твери")),
    "xquad-11-0": (("2400 metres", "2400 metros", "2400 метров"), ("Jena", "Jena", "Йене")),
}
LANGUAGES = ("en", "es", "ru")


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a JSONL file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """A folder laid out as benchmarks/README.md says: xquad, squad2, clapnq, wice, ir."""
    folder = tmp_path / "evaluation"
    for at, language in enumerate(LANGUAGES):
        texts = [{"id": ident, "text": text[language]} for ident, text in PARAGRAPHS.items()]
        write_rows(folder / "xquad" / f"paragraphs.{language}.jsonl", texts)
        questions = [
            {"id": f"{ident}-{n}", "paragraph": ident, "question": asked[at], "answers": [ANSWERS[ident][n][at]]}
            for ident, pair in QUESTIONS.items()
            for n, asked in enumerate(pair)
        ]
        write_rows(folder / "xquad" / f"questions.{language}.jsonl", questions)
    english = [text["en"] for text in PARAGRAPHS.values()]
    names = ("squad2-Geology-0", "squad2-Normans-0")
    texts = [{"id": ident, "text": text} for ident, text in zip(names, english, strict=False)]
    write_rows(folder / "squad2" / "paragraphs.en.jsonl", texts)
    asked = [
        ("When does the ferry Aurora cross?", names[0], ["six"]),
        ("When was the ferry Aurora painted?", names[0], []),
        ("Who opened the library of Warsaw?", names[1], ["Marie Novak"]),
        ("Who burned the library of Warsaw?", names[1], []),
    ]
    keys = ("question", "paragraph", "answers")
    rows = [{"id": str(n)} | dict(zip(keys, row, strict=True)) for n, row in enumerate(asked)]
    write_rows(folder / "squad2" / "questions.en.jsonl", rows)
    for side, some in (("answerable", english[:2]), ("unanswerable", english[2:])):
        rows = [
            {
                "id": f"{side}-{n}",
                "input": "When does the ferry Aurora cross?" if n == 0 else "Who opened the library of Warsaw?",
                "passages": [{"text": text, "title": f"Passage {n}"}],
                "output": [{"answer": text.partition(". ")[0] + "."}],
            }
            for n, text in enumerate(some)
        ]
        write_rows(folder / "clapnq" / f"{side}.jsonl", rows)
    claims = [
        {"label": label, "claim": claim, "evidence": text.split(". "), "meta": {"id": f"{n}-{label}"}}
        for n, text in enumerate(english)
        for label, claim in (("supported", text.partition(". ")[0] + "."), ("not_supported", english[n - 1][:60] + "."))
    ]
    write_rows(folder / "wice" / "claims_dev.jsonl", claims)
    write_rows(
        folder / "ir" / "tiny" / "corpus.jsonl", [{"_id": str(n), "text": text} for n, text in enumerate(english)]
    )
    write_rows(folder / "ir" / "tiny" / "queries.jsonl", [{"_id": "q", "text": "When was the bakery closed?"}])
    (folder / "ir" / "tiny" / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t2\t1\n")
    return folder


@pytest.fixture
def home(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Oaken's home, with the prepared embedder."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    monkeypatch.setenv("OAKEN_HOME", str(folder))
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a benchmark's ``main`` with arguments; return the results that it wrote, by name."""

    def result_of(main: Main, *arguments: object) -> dict[str, Result]:
        folder = tmp_path / "results"
        main([*map(str, arguments), "--json", str(folder)])
        return {path.stem: read_result(path) for path in folder.glob("*.json")}

    return result_of
