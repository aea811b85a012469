"""The page's languages: one gettext catalogue each, and the command that keeps them whole."""
