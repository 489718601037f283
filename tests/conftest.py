"""For all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: programs that the tests start and interrupt would ignore Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, so that a red run speaks of the change at hand; `--hypothesis-profile=explore` draws
# new ones.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", max_examples=500)
settings.load_profile("steady")
