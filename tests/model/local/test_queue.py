"""Several at once: places in line, cancelling, crashes, and what memory does meanwhile."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rag.answer.queue_events import with_queue_positions
from rag.errors import ModelBrokenError, ModelBusyError, ModelError
from rag.model.local.client import LlamaCpp
from rag.model.local.queue import MAX_QUEUE, QueuedRequest, RequestQueue, TokenStream
from rag.types import GenerationEnd, Prompt, QueuePosition, Sampling, Turn

FREE = Sampling(temperature=1.0, top_k=0, top_p=1.0, seed=3, max_tokens=20)
LONG = replace(FREE, max_tokens=900)


@pytest.fixture
def model(write_gguf: Callable[..., Path]) -> Iterator[LlamaCpp]:
    path = write_gguf(("<|prompter|>", "<|assistant|>", "<|system|>"), name="oasst", window=2048, layers=4)
    with LlamaCpp.load(path, context=2048, threads=1) as loaded:
        yield loaded


def asked(model: LlamaCpp, text: str = "the river") -> Prompt:
    turns = (Turn("user", text),)
    return Prompt(turns, model.encode(turns), model.card.window, 0)


def ending(stream: TokenStream) -> tuple[str, GenerationEnd]:
    text = ""
    while True:
        try:
            text += next(stream)
        except StopIteration as end:
            return text, end.value


def long_one(model: LlamaCpp) -> Prompt:
    """A prompt whose evaluation takes a while."""
    return asked(model, "the river abc " * 250)


@pytest.mark.real
def test_twenty_clients_are_answered_in_the_order_they_came(model: LlamaCpp) -> None:
    prompts = [asked(model, "river " * (number + 1)) for number in range(20)]
    expected = [ending(model.stream(prompt, FREE))[0] for prompt in prompts]
    first = model.stream(long_one(model), FREE)
    places: dict[int, list[int]] = {number: [] for number in range(20)}
    streams = [model.stream(prompt, FREE, on_position=places[number].append) for number, prompt in enumerate(prompts)]
    assert model.waiting <= 21
    answers: dict[int, str] = {}

    def take(number: int) -> None:
        answers[number] = ending(streams[number])[0]

    threads = [threading.Thread(target=take, args=(number,)) for number in reversed(range(20))]
    for thread in threads:
        thread.start()
    ending(first)
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(20)] == expected
    assert all(heard == sorted(heard, reverse=True) for heard in places.values())
    assert all(heard[-1] == 0 for heard in places.values())
    assert model.waiting == 0


@pytest.mark.real
def test_waiting_is_reported_and_can_be_stopped(model: LlamaCpp) -> None:
    prompt = asked(model)
    worker = psutil.Process(model.worker)
    worker.suspend()
    try:
        first = model.stream(prompt, LONG)
        second, third = (with_queue_positions(model.stream(prompt, FREE)) for _ in range(2))
        assert next(second) == QueuePosition(1) and next(third) == QueuePosition(2)
        second.close()
        assert next(third) == QueuePosition(1) and model.waiting == 2
    finally:
        worker.resume()
    first.close()
    assert [piece for piece in third if not isinstance(piece, QueuePosition)]
    assert model.waiting == 0


@pytest.mark.real
def test_memory_is_flat_after_many_answers(model: LlamaCpp) -> None:
    worker = psutil.Process(model.worker)
    prompts = [asked(model, f"the river {letter} " * 20) for letter in "abcdefghij"]

    def round_of_answers() -> int:
        for _ in range(6):
            for prompt in prompts:
                ending(model.stream(prompt, FREE))
        return int(worker.memory_info().rss)

    round_of_answers()
    before = round_of_answers()
    assert round_of_answers() - before < 8 * 2**20


@pytest.mark.real
def test_cancels_at_random_moments_leave_the_next_answer_right(model: LlamaCpp) -> None:
    rng = random.Random(5)
    prompt, long = asked(model), long_one(model)
    expected = ending(model.stream(prompt, FREE))[0]
    for number in range(120):
        stream = model.stream(long if number % 3 else prompt, replace(LONG, seed=number))
        time.sleep(rng.uniform(0, 0.03))
        if number % 2:
            stream.cancel()
            assert ending(stream)[1].finish in ("cancelled", "stop", "length")
        else:
            del stream
        if number % 20 == 0:
            assert ending(model.stream(prompt, FREE))[0] == expected
    assert ending(model.stream(prompt, FREE))[0] == expected
    assert model.waiting == 0


@pytest.mark.real
def test_a_killed_worker_costs_one_answer_and_the_line_goes_on_in_order(model: LlamaCpp) -> None:
    prompts = [asked(model, "river " * (number + 1)) for number in range(4)]
    expected = [ending(model.stream(prompt, FREE))[0] for prompt in prompts]
    running = model.stream(long_one(model), LONG)
    waiting = [model.stream(prompt, FREE) for prompt in prompts]
    while not running.begun:
        time.sleep(0.001)
    before = model.worker
    os.kill(before, signal.SIGKILL)
    with pytest.raises(ModelBrokenError, match=r"ended unexpectedly \(SIGKILL\)"):
        ending(running)
    assert [ending(stream)[0] for stream in waiting] == expected
    assert model.worker != before
    assert model.waiting == 0


@pytest.mark.real
def test_closing_the_model_ends_all_who_wait(model: LlamaCpp) -> None:
    streams = [model.stream(long_one(model), LONG) for _ in range(3)]
    model.close()
    for stream in streams:
        with pytest.raises(ModelError):
            ending(stream)
    with pytest.raises(ModelError, match="was closed"):
        model.stream(asked_offline(), FREE)


def asked_offline() -> Prompt:
    return Prompt((), (1, 2, 3), 2048, 0)


@pytest.mark.real
def test_a_piece_may_be_waited_for_a_while_only(model: LlamaCpp) -> None:
    running = model.stream(long_one(model), LONG)
    waiting = model.stream(asked(model), FREE)
    assert waiting.next_piece(0.001) is None
    assert waiting.position == 1
    running.close()
    assert ending(waiting)[1].tokens > 0


@pytest.mark.real
def test_a_full_line_is_said_and_nothing_is_lost(model: LlamaCpp) -> None:
    prompt = asked(model)
    running = model.stream(long_one(model), LONG)
    waiting = [model.stream(prompt, FREE) for _ in range(MAX_QUEUE - 1)]
    with pytest.raises(ModelBusyError, match=f"{MAX_QUEUE} questions are already waiting") as caught:
        model.stream(prompt, FREE)
    assert caught.value.hint
    running.cancel()
    assert all(ending(stream)[1].tokens for stream in waiting)


def test_places_move_up_when_one_leaves_from_the_middle() -> None:
    line = RequestQueue(max_length=3)
    tickets = [QueuedRequest({}, line) for _ in range(4)]
    for ticket in tickets[:3]:
        line.join(ticket)
    assert [ticket.position for ticket in tickets[:3]] == [0, 1, 2]
    with pytest.raises(ModelBusyError, match="3 questions"):
        line.join(tickets[3])
    tickets[1].leave()
    tickets[1].leave()
    assert [ticket.position for ticket in (tickets[0], tickets[2])] == [0, 1]
    line.join(tickets[3])
    assert tickets[3].position == 2 and len(line) == 3
