"""The Textual face. Nothing outside this folder imports Textual."""

# Before Textual makes its classes.
from authlens.ui import faster_textual as faster_textual
from authlens.ui.runtime import textual_internals as textual_internals
