"""Streamlit's own strings on the page, which no parameter of its functions reaches, and ours instead.

``assets/words.js`` replaces them. Where Streamlit speaks of itself, as when the connection is lost, ours speaks of
Oaken, in English too. ``{}`` stands for a name or a number.
"""

from __future__ import annotations

from rag.messages import marked
from ui.shared.i18n import tr

NOT_KNOWN_AGAIN = marked(
    "Oaken was started again, or this session has ended. Load this page again to see how to come in: it also goes on "
    "by itself once you have."
)
_REPLACED_STRINGS = {  # Streamlit's words -> ours
    each: each
    for each in (
        marked("Skip to main content"),
        marked("Navigate to home page"),
        marked("App pages"),
        marked("Sidebar"),
        marked("Collapse sidebar"),
        marked("Expand sidebar"),
        marked("Open"),
        marked("Close"),
        marked("Dismiss"),
        marked("Choose an option"),
        marked("No results"),
        marked("Clear value"),
        marked("Clear entry"),
        marked("Clear all"),
        marked("Upload files"),
        marked("Upload or drag and drop files"),
        marked("Press Enter to apply"),
        marked("Press Enter to submit form"),
        marked("Press Ctrl+Enter to apply"),
        marked("Press ⌘+Enter to apply"),
        marked("Send message"),
        marked("Show password"),
        marked("Hide password"),
        marked("Running..."),
        marked("Stop"),
        marked("Connecting"),
        marked("Show/hide columns"),
        marked("Download as CSV"),
        marked("Search"),
        marked("Fullscreen"),
        marked("Close fullscreen"),
        marked("Clear selection"),
        marked("Select all"),
        marked("Type to search"),
        marked("Previous Result"),
        marked("Next Result"),
        marked("Close Search"),
        marked("Dataframe column menu"),
        marked("Copy column name"),
        marked("Sort ascending"),
        marked("Sort descending"),
        marked("Format"),
        marked("Autosize"),
        marked("Pin column"),
        marked("Unpin column"),
        marked("Hide column"),
        marked("Automatic"),
        marked("Localized"),
        marked("Plain"),
        marked("Compact"),
        marked("Percent"),
        marked("Scientific"),
        marked("Add files"),
        marked("file upload"),
        marked("Drag and drop files here"),
        marked("Copy to clipboard"),
        marked("Page not found"),
    )
} | {
    "(index)": marked("(number)"),
    "Upload": marked("Choose files"),
    "Connection error": marked("The connection is lost"),
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": marked(
        "Oaken no longer answers. If it was ended, start it again in a terminal:"
    ),
    "Connection failed with status 401.": NOT_KNOWN_AGAIN,
    # The list of a box that takes new words is empty once all of it is chosen.
    "stMultiSelectDropdown: No results": marked("Type to add another"),
    "streamlit run yourscript.py": marked("oaken ui"),
    "Connecting to Streamlit server": marked("Connecting to Oaken"),
    "Unable to connect to Streamlit server": marked("Oaken cannot be reached"),
    "The page that you have requested does not seem to exist. Running the app's main page.": marked(
        "There is no such page: this is the first one."
    ),
}
_WITH_GAPS = {
    "Remove {}": marked("Remove {name}"),
    "Add: {}": marked("Add: {name}"),
    "Help for {}": marked("Help for {name}"),
    "Show/hide columns: {}": marked("Show/hide columns: {name}"),
    "Download as CSV: {}": marked("Download as CSV: {name}"),
    "Search: {}": marked("Search: {name}"),
    "Fullscreen: {}": marked("Fullscreen: {name}"),
    "Close fullscreen: {}": marked("Close fullscreen: {name}"),
    "Clear selection: {}": marked("Clear selection: {name}"),
    "File must be {} or smaller.": marked("File must be {name} or smaller."),
}


def words() -> dict[str, str]:
    """Return Streamlit's strings mapped to ours in the page's language."""
    known = {theirs: tr(ours) for theirs, ours in _REPLACED_STRINGS.items()}
    known |= {theirs: tr(ours, name="{}") for theirs, ours in _WITH_GAPS.items()}
    return {theirs: ours for theirs, ours in known.items() if theirs != ours}


def streamlit_words() -> tuple[str, ...]:
    """Return Streamlit's strings that are replaced."""
    return (*_REPLACED_STRINGS, *_WITH_GAPS)
