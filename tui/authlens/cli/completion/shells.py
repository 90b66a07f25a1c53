"""What shtab's completion scripts lack, for each shell: `--option=value`, `file://` values, files for the app.

The rule: shtab writes the script; this module only adds to it, and a test in the real shell covers each addition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FILE = {
    "bash": "_shtab_compgen_files",
    "zsh": "_files",
    "fish": r"(__fish_complete_path (string replace -r -- '^--[^=]+=' '' (commandline -ct)))",
}
"""Completes a file or folder; in fish also after `--option=`. The form that shtab's `complete` takes."""

FILE_URL = {
    "bash": "_authlens_urls",
    "zsh": "_authlens_urls",
    "fish": "(__authlens_urls)",
    "preamble": {
        "bash": """\
_authlens_urls() {
  local path
  while IFS= read -r path; do
    [ -d "$path" ] && path="$path/"
    printf 'file://%s\\n' "$path"
  done < <(compgen -f -- "${1#file://}")
}
""",
        "zsh": """\
_authlens_urls() {
  if compset -P file://; then _files; else _files -P file://; fi
}
""",
        "fish": """\
function __authlens_urls
  set -l word (string replace -r -- '^--[^=]+=' '' (commandline -ct))
  string replace -r -- '^' 'file://' (__fish_complete_path (string replace -r -- '^file://' '' $word))
end
""",
    },
}
"""Completes the AWS CLI's `file://PATH` values."""

_VALUES = {
    "bash": """\
_authlens_{kind}() {{
  local IFS=$'\\n'
  compgen -W "{words}" -- "$1"
}}
""",
    "zsh": """\
_authlens_{kind}() {{
  local -a found
  found=({zsh})
  compadd -a found
}}
""",
    "fish": "",
}


def looked_up(kind: str) -> dict[str, object]:
    """Values that the program looks up when Tab is pressed, in the form that shtab's `complete` takes."""
    call = f"(authlens --complete {kind} 2>/dev/null)"
    return _completing(kind, f"${call}", f'${{(f)"${call}"}}', call)


def listed(kind: str, words: Iterable[str]) -> dict[str, object]:
    """Values that are known when the script is generated."""
    names = list(words)
    return _completing(kind, "\n".join(names), " ".join(names), " ".join(names))


def file_or_listed(kind: str, words: Iterable[str]) -> dict[str, object]:
    """A file, or one of the values that are known when the script is generated."""
    names = " ".join(words)
    name = f"_authlens_{kind}"
    preamble = {
        "bash": f'{name}() {{\n  _shtab_compgen_files "$1"\n  compgen -W "{names}" -- "$1"\n}}\n',
        "zsh": f"{name}() {{\n  local -a found\n  found=({names})\n  _files\n  compadd -a found\n}}\n",
        "fish": "",
    }
    return {"bash": name, "zsh": name, "fish": f"{FILE['fish']} {names}", "preamble": preamble}


def _completing(kind: str, words: str, zsh: str, fish: str) -> dict[str, object]:
    name = f"_authlens_{kind}"
    preamble = {shell: text.format(kind=kind, words=words, zsh=zsh) for shell, text in _VALUES.items()}
    return {"bash": name, "zsh": name, "fish": fish, "preamble": preamble}


_BASH_WORDS = """
# Readline also splits words at = and :. shtab needs an option and its value apart, and every other word whole.
_authlens() {
  local -a joined=()
  local rest="$COMP_LINE" at=-1 here=0 done_already="" index word glued cut
  for index in "${!COMP_WORDS[@]}"; do
    word="${COMP_WORDS[index]}" glued=1 cut=""
    case "$rest" in [[:space:]]*) glued=0; rest="${rest#"${rest%%[![:space:]]*}"}" ;; esac
    rest="${rest#"$word"}"
    if [ "$at" -lt 0 ] || [ "$glued" = 0 ]; then
      at=$((at + 1)); joined[at]="$word"
    elif [[ "$word" == =* && "${joined[at]}" == --* && "${joined[at]}" != *=* ]]; then
      at=$((at + 1)); joined[at]="${word#=}"
    else
      cut="${joined[at]}"
      case "$word" in *[!:=]*) ;; *) cut="$cut$word" ;; esac
      joined[at]="${joined[at]}$word"
    fi
    if [ "$index" = "$COMP_CWORD" ]; then here=$at done_already="$cut"; fi
  done
  local -a COMP_WORDS=("${joined[@]}")
  local COMP_CWORD=$here
  _shtab_authlens "$@"
  COMPREPLY=("${COMPREPLY[@]#"$done_already"}")
  if [[ ${#COMPREPLY[@]} = 0 && $here -gt 0 && "${joined[here]}" != -* && "${joined[here - 1]}" != --* ]]; then
    _authlens_app_files " ${joined[*]:1:here-1} " "${joined[here]}"
  fi
  if [[ ${#COMPREPLY[@]} = 1 && "${COMPREPLY[0]}" == */ ]]; then compopt -o nospace 2>/dev/null || :; fi
}
# Without a command, authlens opens the app on a file or folder.
_authlens_app_files() {
  local command
  for command in "${_shtab_authlens_subparsers[@]}"; do
    case "$1" in *" $command "*) return ;; esac
  done
  compopt -o filenames 2>/dev/null || :
  while IFS= read -r command; do COMPREPLY+=("$command"); done < <(compgen -f -- "$2")
}
complete -o bashdefault -F _authlens authlens
"""

_ZSH = (
    # Files where no command matches.
    (r"(?m)^(  _describe 'authlens commands' _commands)$", r"\1 || _files"),
    # An option that takes a value also takes it after `=`.
    (r'(?m)^(  "\*?--[a-z-]+)(?=\[.*\]:)', r"\1="),
    # Each of several arguments, not only the first.
    (r'(?m)^  "\(\*\)::?', '  "*:'),
    # A colon would end the name of a value.
    (r"file://FILE:", r"file\\://FILE:"),
)

_FISH_APP = """
# Without a command, authlens opens the app on a file or folder.
complete -c authlens -n '_shtab_authlens_using; and test $_shtab_authlens_npos -eq 0' -F
"""


def completed(script: str, shell: str) -> str:
    """The script, with the additions for its shell."""
    if shell == "bash":
        return script + _BASH_WORDS
    if shell == "fish":
        return script + _FISH_APP
    for pattern, better in _ZSH:
        script = re.sub(pattern, better, script)
    return script
