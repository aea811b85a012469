"""Streamlit's own words on the page, which no parameter of its functions reaches, and what is said instead.

``assets/words.js`` puts them there. Where Streamlit speaks of itself, as when the connection is lost, what is said
instead is of Oaken, in English too. ``{}`` stands for a name or a number.
"""

from __future__ import annotations

from ui.shared.i18n import tr, word

_REPLACED_STRINGS = {  # Streamlit's words -> ours
    each: each
    for each in (
        word("Skip to main content"),
        word("Navigate to home page"),
        word("App pages"),
        word("Sidebar"),
        word("Collapse sidebar"),
        word("Expand sidebar"),
        word("Open"),
        word("Close"),
        word("Dismiss"),
        word("Choose an option"),
        word("No results"),
        word("Clear value"),
        word("Clear entry"),
        word("Press Enter to apply"),
        word("Press Enter to submit form"),
        word("Press Ctrl+Enter to apply"),
        word("Press ⌘+Enter to apply"),
        word("Send message"),
        word("Show password"),
        word("Hide password"),
        word("Running..."),
        word("Stop"),
        word("Connecting"),
        word("Show/hide columns"),
        word("Download as CSV"),
        word("Search"),
        word("Fullscreen"),
        word("Close fullscreen"),
        word("Clear selection"),
        word("Select all"),
        word("Type to search"),
        word("Previous Result"),
        word("Next Result"),
        word("Close Search"),
        word("Dataframe column menu"),
        word("Copy column name"),
        word("Sort ascending"),
        word("Sort descending"),
        word("Format"),
        word("Autosize"),
        word("Pin column"),
        word("Unpin column"),
        word("Hide column"),
        word("Automatic"),
        word("Localized"),
        word("Plain"),
        word("Compact"),
        word("Percent"),
        word("Scientific"),
        word("Add files"),
        word("file upload"),
        word("Drag and drop files here"),
        word("Copy to clipboard"),
        word("Page not found"),
    )
} | {
    "(index)": word("(number)"),
    "Connection error": word("The connection is lost"),
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": word(
        "Oaken no longer answers. If it was ended, start it again in a terminal:"
    ),
    "streamlit run yourscript.py": word("oaken ui"),
    "Connecting to Streamlit server": word("Connecting to Oaken"),
    "Unable to connect to Streamlit server": word("Oaken cannot be reached"),
    "The page that you have requested does not seem to exist. Running the app's main page.": word(
        "There is no such page: this is the first one."
    ),
}
_WITH_GAPS = {
    "Remove {}": word("Remove {name}"),
    "Help for {}": word("Help for {name}"),
    "Show/hide columns: {}": word("Show/hide columns: {name}"),
    "Download as CSV: {}": word("Download as CSV: {name}"),
    "Search: {}": word("Search: {name}"),
    "Fullscreen: {}": word("Fullscreen: {name}"),
    "Close fullscreen: {}": word("Close fullscreen: {name}"),
    "Clear selection: {}": word("Clear selection: {name}"),
    "File must be {} or smaller.": word("File must be {name} or smaller."),
}


def words() -> dict[str, str]:
    """What is said in the page's language instead of Streamlit's words."""
    known = {theirs: tr(ours) for theirs, ours in _REPLACED_STRINGS.items()}
    known |= {theirs: tr(ours, name="{}") for theirs, ours in _WITH_GAPS.items()}
    return {theirs: ours for theirs, ours in known.items() if theirs != ours}


def streamlit_words() -> tuple[str, ...]:
    """Streamlit's words that are replaced."""
    return (*_REPLACED_STRINGS, *_WITH_GAPS)
