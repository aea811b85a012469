"""What is measured."""

from __future__ import annotations

LINES = [
    {"id": "a", "question": "How many stops does the tram have?", "answers": ["fourteen stops"], "source": "tram.md"},
    {
        "id": "b",
        "question": "¿Cuántos puestos tiene el mercado?",
        "answers": ["64 <b>puestos</b>"],
        "source": "mercado.md",
    },
    {"id": "c", "question": "Which dentist sees patients?", "answers": [], "source": None},
]
