"""The Textual face. Nothing outside this folder imports Textual."""

from authlens.ui import textual_speed as textual_speed  # before Textual makes its classes
