"""Documents are aligned with the places of their sentences."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.conversation.comparison.document_pieces import aligned_documents


def test_each_piece_holds_the_words_at_its_place(rental: Assistant) -> None:
    old, new = (each for each in rental.library.records() if "lease" in each.path)
    found = aligned_documents(old, new, rental.library)
    assert found is not None
    pairs = [(a.text, b.text) for a, b in found.changed]
    assert ("The monthly rent is 820 euros.", "The monthly rent is 910 euros.") in pairs
    assert [each.text for each in found.only_first] == ["Subletting is permitted only with the consent of the owner."]
    assert [each.text for each in found.only_second] == ["The garden behind the house belongs to everybody."]
    for record, piece in [(old, pair[0]) for pair in found.changed] + [(new, pair[1]) for pair in found.equal]:
        assert rental.library.texts_between([(record.id, piece.start, piece.end)]) == [piece.text]
