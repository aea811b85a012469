"""Text to tokens and back for one vocabulary of llama.cpp. Runs in the worker.

The invariant of this module: text that is not a marker of ours never becomes a control token. llama.cpp's own switch
(``parse_special=False``) does not ensure it: tokens of type USER_DEFINED are found in plain text all the same, and that
is the type which conversions of OpenAssistant's Llama models gave to ``<|prompter|>``.
"""

from __future__ import annotations

import codecs
import ctypes
import itertools
import re
from collections.abc import Collection, Iterable
from typing import Any

from rag.model.prompting.families import MARKERS, PromptSegment

_UNKNOWN, _CONTROL, _USER_DEFINED = 1, 8, 16  # llama.h: enum llama_token_attr
_SENTENCEPIECE = 1  # llama.h: enum llama_vocab_type
_MARKER_TEXT = re.compile(r"<[^<>\s]+>|\[[A-Z_/]+\]")  # user-defined runs of spaces are ordinary text


class ModelVocabulary:
    """Tokenises with a loaded model's vocabulary. Only reads, so any thread may call it.

    ``model`` is llama.cpp's own handle.
    """

    def __init__(self, model: Any) -> None:
        import llama_cpp

        self._c = llama_cpp
        self._vocab = vocab = llama_cpp.llama_model_get_vocab(model)
        self.size: int = llama_cpp.llama_vocab_n_tokens(vocab)
        self.markers: dict[str, int] = {}  # every control token by its text, and what our families use as one
        self.ends: set[int] = set()  # tokens that end an answer whatever the family
        guarded: dict[int, str] = {}  # tokens that plain text must never give
        for token in range(self.size):
            attributes = llama_cpp.llama_vocab_get_attr(vocab, token)
            text = (llama_cpp.llama_vocab_get_text(vocab, token) or b"").decode("utf-8", "replace")
            like_ours = attributes & _USER_DEFINED and _MARKER_TEXT.fullmatch(text)
            if text in MARKERS or attributes & _CONTROL or like_ours:
                guarded[token] = text
                self.markers[text] = token
            if llama_cpp.llama_vocab_is_eog(vocab, token):
                self.ends.add(token)
        self._guarded = frozenset(guarded)
        texts = sorted({text for text in guarded.values() if len(text) > 1}, key=len, reverse=True)
        self._guarded_texts = re.compile("|".join(map(re.escape, texts)) or r"(?!)")
        bos = llama_cpp.llama_vocab_bos(vocab)
        self._first = [bos] if llama_cpp.llama_vocab_get_add_bos(vocab) and bos >= 0 else []
        # An answer's first token carries a space there.
        self.leading_space = llama_cpp.llama_vocab_type(vocab) == _SENTENCEPIECE
        names = ("llama_vocab_fim_pre", "llama_vocab_fim_suf", "llama_vocab_fim_mid")
        gap = tuple(int(getattr(llama_cpp, name)(vocab)) for name in names)
        self.fill = gap if min(gap) >= 0 else None  # tokens before a prefix, a suffix, and the middle to be written
        self._pieces: dict[int, bytes] = {}
        self._by_bytes: dict[bytes, int] | None = None

    def encode_gap(self, before: str, after: str) -> list[int]:
        """Return the prompt that asks for what stands between two texts.

        Raises ValueError for a model without such tokens.
        """
        if self.fill is None:
            raise ValueError("its vocabulary has no tokens for a gap between two texts")
        prefix, suffix, middle = self.fill
        return [*self._first, prefix, *self._plain(before), suffix, *self._plain(after), middle]

    def encode(self, segments: Iterable[PromptSegment]) -> list[int]:
        """Return the tokens: the beginning-of-text token where the model wants one, then segment after segment.

        The same as tokenising the joined string would give, as long as no text contains a marker: llama.cpp itself cuts
        a string at its markers and tokenises what lies between them piece by piece.
        """
        tokens: list[int] = []
        for segment in segments:
            if segment.control and segment.text in self.markers:
                tokens.append(self.markers[segment.text])
            else:
                tokens += self._plain(segment.text)
        return tokens if self._first and tokens[:1] == self._first else self._first + tokens

    def piece(self, token: int) -> bytes:
        """Return a token's bytes: possibly part of a character; none for a control token."""
        if token not in self._pieces:
            size, length = 64, -1
            while length < 0:
                buffer = ctypes.create_string_buffer(size)
                length = self._c.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
                if length >= 0:
                    self._pieces[token] = buffer.raw[:length]
                size = max(-length, 1)
        return self._pieces[token]

    def by_bytes(self) -> dict[bytes, int]:
        """Return the tokens of plain text by their bytes."""
        if self._by_bytes is None:
            plain = (token for token in range(self.size - 1, -1, -1) if token not in self._guarded)
            self._by_bytes = {piece: token for token in plain if (piece := self.piece(token))}
        return self._by_bytes

    def grammar(self, grammar: str) -> Any:
        """Return a sampler that lets only texts of this grammar pass, to be freed. Raises ValueError for a bad one."""
        sampler = self._c.llama_sampler_init_grammar(self._vocab, grammar.encode(), b"root")
        if not sampler:
            raise ValueError("llama.cpp does not take its grammar")
        return sampler

    def beginning(self, stops: Collection[str]) -> set[int]:
        """Return the tokens of plain text that begin with any of these strings, for stop strings without a token."""
        ends = tuple(stop.encode() for stop in stops)
        return {token for piece, token in self.by_bytes().items() if ends and piece.startswith(ends)}

    def _plain(self, text: str) -> list[int]:
        tokens = self._tokenize(text)
        if self._guarded.isdisjoint(tokens):
            return tokens
        # A marker was forged. Cut each after its first character: no tokenizer joins pieces that it sees apart.
        cuts = [0, *(match.start() + 1 for match in self._guarded_texts.finditer(text)), len(text)]
        tokens = [token for start, end in itertools.pairwise(cuts) for token in self._tokenize(text[start:end])]
        if self._guarded.isdisjoint(tokens):
            return tokens
        return [token for letter in text for token in self._tokenize(letter) if token not in self._guarded]

    def _tokenize(self, text: str) -> list[int]:
        if not text:
            return []
        data = text.encode("utf-8", "replace")
        room = len(data) + 2
        while True:
            tokens = (self._c.llama_token * room)()
            count = self._c.llama_tokenize(self._vocab, data, len(data), tokens, room, False, False)
            if count >= 0:
                return list(tokens[:count])
            room = -count


class AnswerText:
    """Turns the bytes of tokens into text that may be shown: whole characters, and nothing of a stop string.

    ``stops`` are the family's markers that the vocabulary does not have as tokens, so that they come as letters.
    """

    def __init__(self, stops: Collection[str], drop_space: bool) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._stops = tuple(stops)
        self._pending = ""
        self._drop_space = drop_space
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """Return what can be shown now; a possible beginning of a stop string is held back."""
        text = self._decoder.decode(data)
        if self._drop_space and text:
            text, self._drop_space = text.removeprefix(" "), False
        self._pending += text
        found = [at for at in map(self._pending.find, self._stops) if at >= 0]
        if found:
            self.stopped = True
            shown, self._pending = self._pending[: min(found)], ""
            return shown
        keep = max((self._overlap(stop) for stop in self._stops), default=0)
        cut = len(self._pending) - keep
        shown, self._pending = self._pending[:cut], self._pending[cut:]
        return shown

    def rest(self) -> str:
        """Return what was held back and turned out to be text. An incomplete character at the end is dropped."""
        held, self._pending = self._pending, ""
        return held

    def _overlap(self, stop: str) -> int:
        longest = min(len(stop) - 1, len(self._pending))
        return next((n for n in range(longest, 0, -1) if self._pending.endswith(stop[:n])), 0)
