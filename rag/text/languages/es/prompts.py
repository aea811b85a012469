"""Español: words of ``schema/prompts.py``."""

from __future__ import annotations

from rag.text.languages.schema.prompts import Example, PromptWords

PROMPTS = PromptWords(
    short="Responde a la pregunta con una frase corta, usando solo el texto dado. Copia las palabras que responden.",
    example=Example(
        "La línea de tranvía, planeada durante años, se abrió en 1911 entre el muelle y el observatorio.",
        "¿Cuándo se abrió la línea de tranvía?",
        "La línea de tranvía se abrió en 1911.",
    ),
    copy="Copia la frase del texto que responde a la pregunta. No cambies ninguna palabra.",
    copying="Pregunta: {question}\n\nTexto: {text}\n\nCopia la única frase que responde.",
    text="Texto",
    question="Pregunta",
    answer="Respuesta",
    examples=(
        Example(
            "El puente sobre el Aliso fue inaugurado en 1931 por la alcaldesa, Rut Hale.",
            "¿Cuándo se inauguró el puente?",
            "El puente sobre el Aliso fue inaugurado en 1931.",
        ),
        Example(
            "La mayor parte del valle se dedica al cultivo de manzanas, que se venden en los pueblos cercanos.",
            "¿Qué se cultiva en el valle?",
            "En la mayor parte del valle se cultivan manzanas.",
        ),
    ),
)
