"""The Textual face. Nothing outside this folder imports Textual."""

from authlens.ui.runtime import textual_internals as textual_internals  # before Textual makes its classes
