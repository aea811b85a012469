from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import LibraryNotFoundError, UsageError
from rag.settings import Settings, existing_library, library_folder, library_names, load, remember


def test_nothing_set_is_the_persons_own_data_folder() -> None:
    chosen = load({})
    assert chosen == Settings(home=chosen.home) and chosen.home.is_absolute() and "oaken" in chosen.home.name


def test_each_variable_overrides_its_field() -> None:
    assert load(
        {
            "OAKEN_HOME": "/somewhere",
            "OAKEN_EMBEDDER": "another",
            "OAKEN_MODEL": "big.gguf",
            "OAKEN_FAMILY": "chatml",
            "OAKEN_CONTEXT": "4096",
            "OAKEN_THREADS": "3",
            "OAKEN_PASSAGES": " 9 ",
            "OAKEN_MAX_TOKENS": "64",
            "OAKEN_CHROMA_URL": "http://localhost:8000",
            "OAKEN_LEDGER_URL": "postgresql://me@db/papers",
            "OAKEN_RERANKER": "/readers/again",
            "OAKEN_STRICT": "yes",
            "OAKEN_FEEDBACK": "off",
        }
    ) == Settings(
        home=Path("/somewhere"),
        embedder="another",
        reranker="/readers/again",
        model="big.gguf",
        family="chatml",
        context=4096,
        threads=3,
        passages=9,
        max_tokens=64,
        strict=True,
        feedback=False,
        chroma_url="http://localhost:8000",
        ledger_url="postgresql://me@db/papers",
    )


def test_an_empty_variable_is_none_and_a_tilde_is_the_persons_home() -> None:
    assert load({"OAKEN_CONTEXT": "", "OAKEN_PASSAGES": " "}).context == 2048
    assert load({"OAKEN_HOME": "~/papers"}).home == Path.home() / "papers"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OAKEN_CONTEXT", "255"),
        ("OAKEN_CONTEXT", "many"),
        ("OAKEN_THREADS", "-1"),
        ("OAKEN_PASSAGES", "0"),
        ("OAKEN_PASSAGES", "1.5"),
        ("OAKEN_STRICT", "perhaps"),
        ("OAKEN_FEEDBACK", "perhaps"),
        ("OAKEN_MAX_TOKENS", "²"),
        ("OAKEN_MAX_TOKENS", "1e3"),
    ],
)
def test_a_number_that_is_none_is_named_with_what_to_do(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name) as caught:
        load({"OAKEN_HOME": "/x", name: value})
    assert value in caught.value.message and caught.value.hint == f"unset {name}" and caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["default", "my-papers_2", "v1.2", "Бумаги", "a" * 64])
def test_a_name_is_a_folder_below_the_home(name: str) -> None:
    assert library_folder(Path("/home"), name) == Path("/home/libraries") / name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../x", "a..b", "/etc", "-x", " x", "a b", "x\n", "a\x00", "a\\b", "a" * 65, "~"]
)
def test_a_name_that_could_lie_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a library's name"):
        library_folder(Path("/home"), name)
    with pytest.raises(UsageError):
        existing_library(Path("/home"), name)


def test_a_library_that_exists_is_found_and_another_is_missed_by_name(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError) as first:
        existing_library(tmp_path, "default")
    assert first.value.message == "There is no library 'default' yet." and first.value.hint.endswith("ingest FOLDER")
    for name in ("mill", "ferry"):
        (tmp_path / "libraries" / name).mkdir(parents=True)
        (tmp_path / "libraries" / name / "ledger.sqlite").touch()
    (tmp_path / "libraries" / "scraps").mkdir()
    assert library_names(tmp_path) == ["ferry", "mill"]
    assert existing_library(tmp_path, "mill") == tmp_path / "libraries" / "mill"
    with pytest.raises(LibraryNotFoundError) as other:
        existing_library(tmp_path, "scraps")
    assert "Available: ferry, mill." in other.value.message
    assert other.value.hint == "Create it with: oaken ingest FOLDER --library scraps"


def test_of_very_many_libraries_a_few_are_named(tmp_path: Path) -> None:
    for number in range(10, 50):
        (tmp_path / "libraries" / f"mill-{number}").mkdir(parents=True)
        (tmp_path / "libraries" / f"mill-{number}" / "ledger.sqlite").touch()
    with pytest.raises(LibraryNotFoundError) as missed:
        existing_library(tmp_path, "ferry")
    assert "mill-19 …" in missed.value.message and "mill-20" not in missed.value.message


def test_a_choice_is_remembered_and_a_variable_goes_before_it(tmp_path: Path) -> None:
    home = {"OAKEN_HOME": str(tmp_path / "home")}
    assert load(home).model == "" and not (tmp_path / "home").exists()
    remember(tmp_path / "home", model="mine.gguf", family="chatml")
    assert (load(home).model, load(home).family) == ("mine.gguf", "chatml")
    other = load(home | {"OAKEN_MODEL": "other.gguf"})
    assert (other.model, other.family) == ("other.gguf", "")  # the family was the remembered model's
    assert load(home | {"OAKEN_FAMILY": "oasst-llama"}).family == "oasst-llama"
    remember(tmp_path / "home", model="")
    assert load(home).model == ""
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", ["", "[]", "{", "\xff"])
def test_a_damaged_choice_is_named_with_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / "settings.json").write_text(content, encoding="latin-1")
    with pytest.raises(UsageError, match=r"settings\.json") as caught:
        load({"OAKEN_HOME": str(tmp_path)})
    assert caught.value.hint.endswith(f"rm {tmp_path / 'settings.json'}")


def test_strange_values_of_a_choice_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"model": 3, "threads": 9, "family": "chatml"}')
    assert load({"OAKEN_HOME": str(tmp_path)}) == Settings(home=tmp_path, family="chatml")


def test_a_server_in_place_of_a_model_and_its_key_is_never_shown() -> None:
    chosen = load(
        {"OAKEN_HOME": "/x", "OAKEN_MODEL_URL": "http://h:1", "OAKEN_MODEL_KEY": "secret", "OAKEN_MODEL_NAME": "m"}
    )
    assert (chosen.model_url, chosen.model_key, chosen.model_name) == ("http://h:1", "secret", "m")
    assert "secret" not in repr(chosen)
