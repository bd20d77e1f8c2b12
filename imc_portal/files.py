"""Which files of the packages the pages never ask for, and so are not collected."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class PageFiles(StaticFilesConfig):
    """Django's own, without Bootstrap's other editions: compressing them takes half a minute for nothing.

    Nor are there the long editions of scripts whose short ones are served.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap-*",
        "bootstrap.css*",
        "bootstrap.rtl.css*",
        "bootstrap*.js",
        "bootstrap*.js.map",
        "htmx-4*",
        "htmax-4*",
        "hx-*",
        "htmx-2.js",
        "jquery.js",
        "select2.full.js",
        "xregexp.js",
    ]
