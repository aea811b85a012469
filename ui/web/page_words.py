"""Say on the page what the core says for a terminal: the place on the page instead of a command, plain words. Pure."""

from __future__ import annotations

import re

from rag.messages import Message, marked

_OTHER_MODEL = marked("Choose another model on the page Model.")
_SMALLER_MODEL = marked("Choose a smaller model on the page Model.")
_DAMAGED_FILE = marked("is damaged or incomplete")
# What a template says -> what the page says instead; the first that is found holds. Gaps keep their names.
_SAID_INSTEAD = (
    (
        r"left over from interrupted work",
        marked("{count} left over from interrupted work ({bytes}): Repair removes it."),
    ),
    (
        r"OAKEN_CONTEXT=1024",
        marked("Ask again: the model is loaded again. If that fails too, choose a smaller model on the page Model."),
    ),
    (r"smaller window fits", _SMALLER_MODEL),
    (r"OAKEN_CONTEXT", marked("Ask a shorter question, or choose another model on the page Model.")),
    (
        r"OAKEN_FAMILY|--family",
        marked(
            "Choose its prompt format on the page Model, with the file, under Details; or choose another model there."
        ),
    ),
    (
        r"oaken models add",
        marked("If you trust it, download it yourself, then choose the file on the page Model."),
    ),
    (r"oaken models remove", marked("Rename the file, then choose it again.")),
    (r"oaken models|OAKEN_MODEL\b", _OTHER_MODEL),
    (r"oaken ingest", marked("Add the documents on the page Library.")),
    (r"oaken list", marked("The page Library lists your documents.")),
    (r"Save what can be saved", ""),  # of a file that the page itself uses: only a terminal helps
    (r"oaken doctor", marked("Run the check on the page Library, under Health. It can repair most damage.")),
    (r"does not say how to ask it", marked("The model's file does not say how questions are put to it.")),
    (r"GGML file as written in 2023", marked("{file} is in a format of 2023 that can no longer be read.")),
    (r"Get the model as GGUF", marked("Get the model as a file that ends in .gguf. {choose_another}")),
    (r"with fewer bits", marked("Close other programs, or use a smaller model. {choose_another}")),
    (r"^is not a GGUF file$", marked("is not a model file")),
    (r"is a PyTorch or zip file", marked("is a model in another format: Oaken reads files that end in .gguf")),
    (r"Git LFS pointer", marked("is only a placeholder: the model itself was not downloaded")),
    (r"^(?!is ).*(?:tensor|GGUF version|alignment|\bkeys?\b.*(?:type|twice|hold)|strings in|array)", _DAMAGED_FILE),
    (r"^is cut short|^holds no tensors", _DAMAGED_FILE),
)
_COMMAND_BEGIN = re.compile(r"(?:^|[:,] )(?:oaken|pip|export|unset|ls|chmod) \S")


def on_page(text: str) -> str:
    """Return a message in the page's words, at any depth; one that needs no others as it is."""
    template = text.template if isinstance(text, Message) else text
    params = {name: _inner(each) for name, each in text.params.items()} if isinstance(text, Message) else {}
    words = next((words for looks, words in _SAID_INSTEAD if re.search(looks, template)), "")
    if not words and (not isinstance(text, Message) or params == text.params):
        return text
    return Message(words or template, **params)


def _inner(value: object) -> object:
    return on_page(value) if isinstance(value, str) else value


def is_command(hint: str) -> bool:
    """Tell whether a hint is a command, or ends in one, which is typed as it stands."""
    return _COMMAND_BEGIN.search(hint) is not None
