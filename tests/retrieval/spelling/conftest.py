"""A small library in three languages on an embedder whose vocabulary knows what people often write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.library import Library
from tests.doubles import BagEmbedder
from tests.town import filed

TEXTS = {
    "lease.md": (
        "en",
        "The deposit for the mill house is 1,920 euros. The safety valve of the boiler opens at 4.5 bar. "
        "The warranty was signed by Melisande Quarrow on 9 March 2024 in the workshop.\n\n"
        "The mill house has a floor area of 84 square metres. The chimney of the building is new.",
    ),
    "museo.md": (
        "es",
        "La exposición sobre la cerámica termina el 30 de septiembre de 2024. "
        "El aparcamiento está detrás de la iglesia. "
        "La entrada cuesta seis euros cada día.",
    ),
    "pech.md": (
        "ru",
        "Ремонт печи стоит сорок тысяч рублей. Ключ от мастерской хранится у сторожа. "
        "Мастер ремонтирует печь в октябре; гарантия два года.",
    ),
}
# Words that are right and that no document holds; a real vocabulary has a quarter of a million such pieces.
OFTEN = set(
    "horse mouse bakery president deposed mull what which between there kitten valley вода горит сколько".split()
)


class ReaderEmbedder(BagEmbedder):
    """Its vocabulary holds the words of the documents and others that are written often; what is not in it falls into
    pieces of two letters, as slips of the pen do."""

    known = OFTEN | {word for _, text in TEXTS.values() for word in re.findall(r"\w+", text.lower())}

    def count(self, text: str) -> int:
        return 2 + sum(1 if word in self.known else -(-len(word) // 2) for word in re.findall(r"\w+", text.lower()))


@pytest.fixture
def embedder() -> ReaderEmbedder:
    return ReaderEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: ReaderEmbedder) -> Iterator[Library]:
    with filed(tmp_path, embedder, TEXTS) as held:
        yield held
