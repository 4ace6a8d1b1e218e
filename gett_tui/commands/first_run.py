"""What a new user sees, who has no API key yet: what is missing, and three ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.api_key import shown_profile, shown_variable
from gett_tui.commands.config import write_first
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.output import ask
from gett_tui.config import KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.config import Profile

_DEMO, _INIT = "d", "i"
_TEXT = """\
gett-tui puts stores onto the Gett network. Gett wants an API key for that, and
there is none for {profile}.

  {demo}  try it on an embedded simulated Gett, which needs no key and no network
     (the same as gett-tui --demo)
  {init}  write a configuration file, for profiles with keys of their own
     (gett-tui config init)

With a key from Gett's Developer Portal:  export {variable}=...
and start gett-tui again.

"""


def welcome(profile: Profile, run_demo: Callable[[], int]) -> int:
    """Tells it on stderr, and does what is chosen; exit status 2 when nothing is. Raises GettTuiError, ConfigError."""
    variable = shown_variable(profile.api_key_env or KEY_VARIABLE)
    text = _TEXT.format(profile=shown_profile(profile), variable=variable, demo=_DEMO, init=_INIT)
    chosen = ask(f"{text}{_DEMO}, {_INIT}, or enter to leave: ").lower()
    if chosen == _DEMO:
        return run_demo()
    if chosen == _INIT:
        return write_first()
    return ExitCode.USAGE
