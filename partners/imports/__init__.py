"""Reading and checking files of reference data: pure code that writes nothing."""

from partners.imports.problems import FileRefused, Problem, Problems
from partners.imports.source import SourceFile

__all__ = ["FileRefused", "Problem", "Problems", "SourceFile"]
