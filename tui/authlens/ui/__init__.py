"""The Textual face. Nothing outside this folder imports Textual."""
