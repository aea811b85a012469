"""Requests of the API: OpenAI's shapes and Oaken's own, each number within bounds. Knows no server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from rag.model.prompting.sampling_presets import preset
from rag.retrieval.filters import SearchFilter, checked_filter
from rag.types import Role, Sampling, Turn

CITED, RAW = "oaken", "oaken-raw"  # the models: answers from the library, and the model alone
MAX_TEXT_CHARS = 200_000  # characters of one text
_MAX_TOKENS = 32_768
_NEITHER = ("functions", "function_call", "logprobs", "top_logprobs", "logit_bias", "best_of", "audio")
_WITHOUT_EFFECT = {
    "user",
    "metadata",
    "store",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
}  # on any answer
_SAMPLING_FIELDS = ("temperature", "top_p", "top_k", "typical_p", "repeat_penalty", "seed")

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
Word = Annotated[str, Field(max_length=1_000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
MaxTokens = Annotated[int, Field(ge=-1, le=1_000_000)]  # -1, and more than there is room for: as many as there is
CitationForm = Literal["sources", "footnotes", "none"]


def _comma_list(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else value


class Filters(BaseModel):
    """The documents that are searched, as the options of ``oaken ask`` name them."""

    folder: Word = ""
    types: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)
    since: Word = ""
    languages: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)
    tags: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)
    library: Annotated[Word, BeforeValidator(_comma_list)] = ""  # or several: "home,work" or ["home", "work"]

    @property
    def scope(self) -> SearchFilter:
        """The documents that are searched. Raises UsageError for a date that is none."""
        return checked_filter(self.folder, self.types, self.since, self.languages, self.tags)


class _Request(BaseModel):
    """Fields that both kinds of completion share. What has no effect is told in ``ignored``, or refused."""

    model_config = ConfigDict(extra="allow", strict=True)

    stream: bool = False
    stream_options: dict[str, Any] | None = None
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    top_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0, le=100_000)] | None = None
    typical_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    repeat_penalty: Annotated[Number, Field(ge=0.5, le=3)] | None = None
    max_tokens: MaxTokens | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    n: Literal[1] | None = None
    stop: Annotated[str, Field(max_length=100)] | Annotated[list[str], Field(max_length=4)] | None = None
    preset: Annotated[str, Field(max_length=40)] | None = None

    @field_validator("max_tokens")
    @classmethod
    def _more_than_none(cls, value: int | None) -> int | None:
        if value == 0:
            raise ValueError("at least 1")
        return value

    @model_validator(mode="after")
    def _refuse(self) -> _Request:
        asked = [name for name in _NEITHER if (self.model_extra or {}).get(name)]
        if asked:
            raise ValueError(f"{', '.join(asked)} is not supported")
        return self

    @property
    def stops(self) -> tuple[str, ...]:
        """Strings at which a text ends, none of them empty."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(each[:100] for each in given if each)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the numbers of tokens."""
        return bool(self.stream_options and self.stream_options.get("include_usage"))

    @property
    def wanted_tokens(self) -> int | None:
        """How many tokens are asked for at most; None: as many as is usual."""
        return min(self.max_tokens, _MAX_TOKENS) if self.max_tokens and self.max_tokens > 0 else None

    @property
    def unknown(self) -> list[str]:
        """The fields that mean nothing here, as far as they say something."""
        given = (self.model_extra or {}).items()
        return [
            name[:60] for name, value in given if name not in _WITHOUT_EFFECT and value not in (None, 0, [], {}, "")
        ]

    def sampling(self, name: str, most: int) -> Sampling:
        """Return the sampling of the preset, overridden by each field. Raises UsageError for an unknown preset."""
        drawn = preset(self.preset or name).sampling
        chosen = {field: getattr(self, field) for field in _SAMPLING_FIELDS if getattr(self, field) is not None}
        if "seed" in chosen:
            chosen["seed"] %= 2**31
        values = {name: getattr(drawn, name) for name in drawn.__dataclass_fields__}
        return Sampling(**(values | chosen | {"max_tokens": self.wanted_tokens or most}))


class RequestMessage(BaseModel):
    """A turn of a conversation, a call of a function, or what such a call returned."""

    model_config = ConfigDict(extra="ignore", strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[dict[str, Any]], Field(max_length=400)] | None = None
    tool_calls: Annotated[list[dict[str, Any]], Field(max_length=100)] | None = None

    @field_validator("content")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Join OpenAI's list of parts, where all of them are text."""
        if not isinstance(value, list):
            return value
        parts = [part["text"] for part in value if isinstance(part.get("text"), str)]
        if len(parts) < len(value):
            raise ValueError("only text content is supported")
        return "\n".join(parts)[:MAX_TEXT_CHARS]

    @model_validator(mode="after")
    def _says_something(self) -> RequestMessage:
        if self.content is None and not self.tool_calls:
            raise ValueError("content is missing")
        return self

    @property
    def text(self) -> str:
        """The words, "" of a call."""
        return self.content if isinstance(self.content, str) else ""

    @property
    def calls(self) -> str:
        """The calls of functions as JSON, one a line."""
        called = [each.get("function") for each in self.tool_calls or () if isinstance(each.get("function"), dict)]
        return "\n".join(json.dumps(each) for each in called)


class JsonSchema(BaseModel):
    """A JSON schema with its name."""

    model_config = ConfigDict(extra="ignore", strict=True, populate_by_name=True)

    name: Word = ""
    definition: dict[str, Any] = Field(default_factory=dict, alias="schema")


class ResponseFormat(BaseModel):
    """What a text is to be: free, some JSON object, or one that follows a schema."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _has_its_schema(self) -> ResponseFormat:
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError("json_schema is missing")
        return self

    @property
    def schema_text(self) -> str:
        """The schema as JSON; "" for free text."""
        if self.type == "text":
            return ""
        return json.dumps(self.json_schema.definition if self.json_schema else {"type": "object"})


class Function(BaseModel):
    """A function that a model may call."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: Text | None = None
    parameters: dict[str, Any] | None = None


class Tool(BaseModel):
    """A tool of OpenAI's; of those only functions are known here."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Word = "function"
    function: Function | None = None


class ChatRequest(_Request, Filters):
    """``/v1/chat/completions``; what OpenAI does not have is Oaken's own."""

    model: Annotated[str, Field(max_length=100)] = CITED
    messages: Annotated[list[RequestMessage], Field(min_length=1, max_length=400)]
    max_completion_tokens: MaxTokens | None = None
    response_format: ResponseFormat | None = None
    tools: Annotated[list[Tool], Field(max_length=100)] | None = None
    tool_choice: Literal["none", "auto", "required"] | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    insist: bool = False
    strict: bool | None = None
    instructions: Word = ""
    citations: CitationForm = "sources"
    k: Annotated[int, Field(ge=1, le=100)] | None = None

    @model_validator(mode="after")
    def _ends_with_the_user(self) -> ChatRequest:
        asked = [each for each in self.messages if each.role == "user"]
        if self.messages[-1].role not in ("user", "tool", "function") or not asked or not asked[-1].text.strip():
            raise ValueError("the last message must be the user's, and not empty")
        if self.max_completion_tokens:
            self.max_tokens = self.max_completion_tokens
        return self

    @model_validator(mode="after")
    def _words_only(self) -> ChatRequest:
        if self.model == CITED and self.json_schema:
            raise ValueError(
                "response_format: answers of the model oaken are words of your documents, not JSON; use oaken-raw"
            )
        if self.must_call and self.model == CITED:
            raise ValueError("tool_choice: the model oaken calls no functions; use oaken-raw")
        return self

    @property
    def question(self) -> str:
        """The last words of the person."""
        return next(each.text for each in reversed(self.messages) if each.role == "user")

    @property
    def json_schema(self) -> str:
        """The schema that the text follows, as JSON; "" for free text."""
        return self.response_format.schema_text if self.response_format else ""

    @property
    def functions(self) -> list[Function]:
        """The functions that may be called."""
        return [tool.function for tool in self.tools or () if tool.function is not None]

    @property
    def must_call(self) -> list[Function]:
        """The functions of which one has to be called. Raises ValueError for an unknown one."""
        if self.tool_choice == "required":
            return self.functions
        if not isinstance(self.tool_choice, dict):
            return []
        named = self.tool_choice.get("function")
        name = named.get("name") if isinstance(named, dict) else self.tool_choice.get("name")
        found = [each for each in self.functions if each.name == name]
        if not found:
            raise ValueError("tool_choice names no function of tools")
        return found

    @property
    def turns(self) -> list[Turn]:
        """The conversation with the model alone: all messages, a call as JSON, what it returned as the user's."""
        roles: dict[str, Role] = {"developer": "system", "system": "system", "assistant": "assistant"}
        return [
            Turn(roles.get(each.role, "user"), "\n".join(filter(None, (each.text, each.calls))))
            for each in self.messages
        ]

    @property
    def spoken(self) -> list[Turn]:
        """What person and assistant said before the question."""
        last = max(at for at, each in enumerate(self.messages) if each.role == "user")
        said = [each for each in self.messages[:last] if each.role in ("user", "assistant") and each.text]
        return [Turn("user" if each.role == "user" else "assistant", each.text) for each in said]

    @property
    def ignored(self) -> list[str]:
        """The fields that have no effect on an answer from the library."""
        found = ["system messages"] if any(turn.role == "system" for turn in self.turns) else []
        if not self.preset:
            found += [name for name in _SAMPLING_FIELDS if getattr(self, name) is not None]
        return [*found, *(["stop"] if self.stops else []), *(["tools"] if self.tools else []), *self.unknown]

    @property
    def ignored_by_model(self) -> list[str]:
        """The fields that have no effect on what the model alone writes."""
        own = ("folder", "types", "since", "languages", "tags", "library", "insist", "strict", "instructions", "k")
        unused = ["tools"] if self.tools and not self.must_call and self.tool_choice != "none" else []
        return [*unused, *(name for name in own if getattr(self, name) not in (None, False, "", [])), *self.unknown]


class CompletionRequest(_Request):
    """``/v1/completions``: text to be continued, or, with a ``suffix``, a gap to be filled."""

    model: Annotated[str, Field(max_length=100)] = RAW
    prompt: Text | Annotated[list[Text], Field(min_length=1, max_length=1)]
    suffix: Text | None = None
    echo: Literal[False] | None = None

    @property
    def text(self) -> str:
        """The text before the gap."""
        return self.prompt if isinstance(self.prompt, str) else self.prompt[0]


class EmbeddingRequest(BaseModel):
    """``/v1/embeddings``: texts to vectors, by a library's embedder."""

    model_config = ConfigDict(extra="ignore", strict=True)

    input: Text | Annotated[list[Text], Field(min_length=1, max_length=256)]
    model: Word = ""
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Field(ge=1, le=100_000)] | None = None
    input_type: Literal["document", "query"] = "document"
    library: Word = ""

    @property
    def texts(self) -> Sequence[str]:
        """The texts."""
        return [self.input] if isinstance(self.input, str) else self.input


class SearchRequest(Filters):
    """``/v1/search``: a query and filters. An unknown field is an error: a misspelled filter would filter nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: Text
    k: Annotated[int, Field(ge=1, le=100)] | None = None


class EarlierTurn(BaseModel):
    """A question or an answer before this one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Literal["user", "assistant"]
    text: Text


class AskRequest(Filters):
    """``/v1/ask``: a question, as ``oaken ask`` takes it. An unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Text
    history: Annotated[list[EarlierTurn], Field(max_length=400)] = Field(default_factory=list)
    k: Annotated[int, Field(ge=1, le=100)] | None = None
    prose: bool = True
    insist: bool = False
    strict: bool | None = None
    instructions: Word = ""
    stream: bool = False
