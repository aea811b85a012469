"""Text files in the encodings that are still around."""

from __future__ import annotations

import pytest

from ingest.readers.shared.text_decoding import decode


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_western_text_in_its_encodings(encoding: str) -> None:
    text = "El molino está junto al río. ¿Quién lo construyó? La señora Núñez, en el año 1884. " * 3
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r"])
def test_russian_text_in_its_encodings(encoding: str) -> None:
    text = "Мельница стоит у реки. Её построила семья Орловых в 1884 году, и она работает до сих пор. " * 3
    assert decode(text.encode(encoding)) == text
