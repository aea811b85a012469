"""Deutsch: words of ``schema/prompts.py``."""

from __future__ import annotations

from rag.text.languages.schema.prompts import Example, PromptWords

PROMPTS = PromptWords(
    short="Beantworte die Frage in einem kurzen Satz, nur nach dem gegebenen Text. Übernimm die Wörter, die antworten.",
    example=Example(
        "Die Straßenbahnlinie, die jahrelang geplant war, wurde 1911 zwischen dem Kai und der Sternwarte eröffnet.",
        "Wann wurde die Straßenbahnlinie eröffnet?",
        "Die Straßenbahnlinie wurde 1911 eröffnet.",
    ),
    copy="Schreibe den Satz des Textes ab, der die Frage beantwortet. Ändere kein Wort.",
    copying="Frage: {question}\n\nText: {text}\n\nSchreibe den einen Satz ab, der antwortet.",
    text="Text",
    question="Frage",
    answer="Antwort",
    examples=(
        Example(
            "Die Brücke über die Erle wurde 1931 von der Bürgermeisterin Ruth Hale eröffnet.",
            "Wann wurde die Brücke eröffnet?",
            "Die Brücke über die Erle wurde 1931 eröffnet.",
        ),
        Example(
            "Der größte Teil des Tals dient dem Anbau von Äpfeln, die in den Städten der Umgebung verkauft werden.",
            "Wozu dient der größte Teil des Tals?",
            "Der größte Teil des Tals dient dem Anbau von Äpfeln.",
        ),
    ),
)
