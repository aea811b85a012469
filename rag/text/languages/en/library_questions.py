"""English: words of ``schema/library_questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.library_questions import LibraryQuestionWords

LIBRARY_QUESTIONS = LibraryQuestionWords(
    which="what, which, which one, which ones",
    many="how many, number of, count of, total number of, count, howmany",
    where="where",
    show="show, list, list of, listing of, give, display, enumerate, print, find, get, tell me, name, names of, look "
    "up, search for",
    documents="documents, docs, files, papers, every document, every file, each document, each file",
    document="document, doc, file, paper",
    have="have, has, got, there, are, is, was, were, exist, exists, hold, holds, held, stored, available, indexed, "
    "ingested, loaded, uploaded, saved, know, know of, see, have access to",
    contain="contain, contains, containing, include, includes, including",
    place="here, in here, in there, collection, knowledge base, corpus, in the index",
    total="in total, total, altogether, overall, in all, so far, right now, currently, at the moment, now",
    library="library, oaken",
    own="my, our, mine, ours, your",
    this="this, it, these, those, them, they, this one",
    about="about",
    mention="mention, mentions, mentioned, mentioning, talk about, talks about, talking about, talked about, talk "
    "of, speak of, speaks of, speak about, speaks about, refer to, refers to, referring to, discuss, discusses, "
    "discussed, discussing, deal with, deals with, say something about, says something about, say anything "
    "about, says anything about, with the word, with the words, use the word, uses the word, contain the word, "
    "contains the word, contain the words, containing the word",
    say="say, says, said, tells us, tells me, tell us, state, states, has to say, have to say, written",
    summary="summarise, summarize, summary, summary of, summaries, sum up, tl;dr, tldr, gist, gist of, overview, "
    "overview of, recap, synopsis, outline, main points, key points, main ideas, main topics, key facts, main "
    "content, contents of, topics, topic, subject, subjects, themes, theme, describe, in short, in brief, "
    "briefly, in a nutshell, short version",
    newest="newest, latest, most recent, last, recent, most recently changed, most recently added, most recently "
    "modified",
    oldest="oldest, earliest",
    largest="largest, biggest, longest",
    smallest="smallest, shortest",
    new="new, added, recently added, newly added, came in, come in, arrived, imported",
    duplicate="duplicate, duplicates, duplicated, identical, same content, the same content",
    unread="could not be read, couldn't be read, cannot be read, can't be read, can not be read, were not read, "
    "weren't read, was not read, wasn't read, are not read, have not been read, could not read, couldn't read, "
    "cannot read, can't read, could you not read, couldn't you read, can you not read, can't you read, did you not "
    "read, didn't you read, you could not read, you couldn't read, you can't read, could oaken not read, couldn't "
    "oaken read, oaken could not read, oaken couldn't read, can oaken not read, did oaken not read, failed, failed "
    "to load, failed to be read, unreadable, unread, not readable, not read, skipped, gave no text, without text, "
    "without any text, no text",
    kinds="types of, type of, kinds of, kind of, formats, types",
    languages="languages, language",
    folder="folder, folders, directory, directories, subfolder, subfolders",
    since="since",
    time="today, yesterday, this week, this month, this year, last week, last month",
    within="in, of, from, within, inside, under",
    everything="everything, all, anything, something, whatever, all the information, all information, is there "
    "anything, is there something",
    section="section, part, chapter, paragraph",
    filler="please, pls, kindly, can, could, would, will, you, i, we, the, a, an, every, each, any, some, just, me, "
    "us, for, to, do, does, did, that, hey, hi, hello, thanks, exactly, complete, full, whole, entire, be, been, "
    "out, called, named, quick, short, brief, like, want, i'd, i'm",
    file_types={
        "pdf": "pdfs",
        "word": "doc files, word documents, word files",
        "markdown": "markdown files",
        "html": "web pages",
        "text": "text files, plain text",
        "slides": "powerpoints",
        "csv": "csvs",
        "epub": "epubs",
        "image": "image files, images",
    },
    language_names={
        "en": "english, in english",
        "es": "spanish, in spanish",
        "ru": "russian, in russian",
        "de": "german, in german",
        "fr": "french, in french",
        "it": "italian, in italian",
        "pt": "portuguese, in portuguese",
        "uk": "ukrainian, in ukrainian",
    },
    which_is="what's, whats, what is, what're, which is",
    file_kinds="file types, file formats, file extensions, document types",
    on="on, regarding, concerning, related to, to do with, dealing with",
)
