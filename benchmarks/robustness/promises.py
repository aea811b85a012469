"""What Oaken promises of safety and reliability, in plain words.

SECURITY.md's list is generated from here (``make docs``), with the tests that hold each promise (``known_guards/``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in plain words, and what it does not cover, if that is worth a sentence."""

    number: int
    group: str
    text: str
    short: str = ""


KEPT, TOGETHER, FOUND, STRANGERS, IN, OUT, UPKEEP = (
    "What is stored stays",
    "Several at once",
    "Search is right",
    "Documents and models of strangers",
    "Who comes in",
    "What goes out",
    "Packages and upgrades",
)

PROMISES = (
    Promise(1, KEPT, "An ingest can be killed at any moment. What it confirmed is there once, and search finds it."),
    Promise(2, KEPT, "An ingest that was stopped goes on where it stopped: nothing that is done is read again."),
    Promise(3, KEPT, "Any write may fail. What is stored is then as before or as after it."),
    Promise(
        4, KEPT,
        "A full disk is called a full disk, with the space that is left. Nothing is lost, and all works on once there "
        "is room.",
    ),
    Promise(5, KEPT, "Damaged files never make a search silently wrong, and `oaken doctor` names the damage."),
    Promise(6, KEPT, "`oaken doctor --repair` rebuilds search from the ledger alone, without embedding again."),
    Promise(
        7, KEPT,
        "A backup is one moment even during an ingest. It is checked whole, row by row, before it replaces anything, "
        "and brings no index with it.",
    ),
    Promise(8, TOGETHER, "Several programs can use one library. A second ingest is told who is at it, and since when."),
    Promise(9, TOGETHER, "While documents are added, answers come from whole documents only."),
    Promise(
        10, FOUND,
        "Search finds what is stored: an index that lags catches up first, and nearest neighbours are those of an "
        "exhaustive search.",
        "above 20,000 chunks Chroma's index answers, which is approximate and may miss a neighbour "
        "([figures](benchmarks/speed/README.md)).",
    ),
    Promise(11, FOUND, "Whatever is added, changed, removed and reopened, in any order: search ends as the folder is."),
    Promise(
        12, STRANGERS,
        "A bad file costs itself alone: it is bounded in time, memory and size, and is listed with its reason.",
        "the limits of memory and time are weaker on macOS and Windows (`ingest/worker/sandbox.py`).",
    ),
    Promise(
        13, STRANGERS,
        "No name and no link in a document, an upload or a backup leads out of its folder. No file in a folder that a "
        "backup names is opened before you add that folder.",
    ),
    Promise(
        14, STRANGERS,
        "No code of a document or a model runs: no template, no include, no entity. An unknown model file is refused "
        "unless you allow it. A reader that is taken over nevertheless reaches no file but a copy of the one it "
        "reads, and programs' own; no service of this machine, and no other process.",
        "the last sentence is for Linux with Landlock on x86-64 or arm64, and for processes from Linux 6.12 on. That "
        "LibreOffice runs no macro of an old Word file rests on LibreOffice's own settings, and that weights in "
        "`pytorch_model.bin` run nothing on PyTorch's reader; no test of ours holds these two.",
    ),
    Promise(15, TOGETHER, "A model that dies costs one answer. The program stays, says so, and starts another."),
    Promise(
        16, TOGETHER,
        "Under load everybody gets an answer of their own, or is asked to come back. A client that leaves stops the "
        "model. Connections that ask for nothing make room, slow ones are closed, and a question to the documents has "
        "4,000 characters at most.",
    ),
    Promise(
        17, IN,
        "The API answers nobody without its token, no other host name and no page of another site. Other machines "
        "reach it only with a token that you chose.",
        "`/health`, `/docs` and `/openapi.json` need no token, and say only that it runs and what it understands. Who "
        "has a link of an answer's citation can open that source by it, as long as the token stays the same.",
    ),
    Promise(
        18, IN,
        "The page is for this machine and its own browser: other sites, ports and accounts are refused. Other machines "
        "come in by a password that you set, and wrong ones cost time.",
    ),
    Promise(19, STRANGERS, "Text stays text: nothing in a document, a name or an answer becomes markup or a request."),
    Promise(
        20, STRANGERS,
        "No text of a document becomes a control token of the model. Letters that nobody sees are left out.",
        "a model server reads text and control tokens alike: what looks like one is broken up first, and a token of an "
        "unknown form would pass. A document can still talk a model into something. Each sentence is checked against "
        "its source; how many pass is measured, not promised.",
    ),
    Promise(
        21, OUT,
        "Nothing leaves your machine unless you ask for a download or name a server. No library reports to anybody.",
    ),
    Promise(22, OUT, "No address in a document is fetched. Only code for downloads and servers can open a connection."),
    Promise(
        27, OUT,
        "A web page is fetched when you name it, from the public internet alone: no notation, name, redirect or change "
        "of a name leads to this computer or a local network. It is bounded in size and time, and robots.txt is "
        "respected.",
    ),
    Promise(
        23, OUT,
        "After `oaken purge`, no file of the library holds a word or a vector of what was removed.",
        "backups and saved conversations are left alone.",
    ),
    Promise(
        24, IN,
        "Folders, files and secrets are readable by you alone, whatever your umask. Reading, searching and answering "
        "write no log. Copies that a killed process left in the temporary folder are removed by a later one.",
        "the page and the API print the traceback of an unexpected error to their terminal; it may quote a document.",
    ),
    Promise(
        25, UPKEEP,
        "Every package has one tested version. None is older than the fix of a known hole that can be reached, and "
        "NLTK is not among them.",
        "versions are fixed, checksums are not; no audit runs by itself, and there is no bill of materials. chromadb "
        "has a known hole without a fix (CVE-2026-45829) in its server, which Oaken does not start.",
    ),
    Promise(
        26, UPKEEP,
        "A library of each earlier format opens and goes on. Where the change fails, it is as it was, and a newer "
        "format is left alone.",
    ),
)  # fmt: skip
