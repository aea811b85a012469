"""A bar while files are read: in a notebook, or on a terminal."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.report import IngestProgress
from ui.shared.formatting import file_name

_STEPS = 1000  # of the whole work
_SECONDS_BETWEEN = 0.3  # seconds between two drawings


@contextmanager
def bar(shown: bool = True) -> Iterator[Callable[[IngestProgress], None]]:
    """Yield what is told the progress of an ingest, and shows it as a bar."""
    if not shown:
        yield lambda _: None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ipywidgets that are not installed: the bar is text then
        from tqdm.auto import tqdm

        form = "{desc}  {percentage:3.0f}% |{bar}| {elapsed}"
        made = tqdm(total=_STEPS, bar_format=form, mininterval=_SECONDS_BETWEEN, miniters=0)
    with made as drawn:

        def on_progress(progress: IngestProgress) -> None:
            files = f"{progress.done:,} of {progress.total:,} files"
            doing = "finding their meaning" if progress.all_read else file_name(progress.source)
            drawn.set_description_str(f"{files} {doing}".strip()[:60], refresh=False)
            share = max(progress.share, progress.done / progress.total if not progress.share and progress.total else 0)
            drawn.update(max(0, int(share * _STEPS) - drawn.n))

        yield on_progress
        drawn.set_description_str("done", refresh=False)
        drawn.update(_STEPS - drawn.n)
