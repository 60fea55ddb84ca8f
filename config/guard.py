"""Run a module (`python -m config.guard gunicorn …`) that ends when the supervisor does, however that happens.

The supervisor holds the other end of our standard input. It never writes; the end of the stream, which comes even
after its `kill -9`, is the message.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 3


def watch() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)  # the supervisor made us the leader of a group of our own


if __name__ == "__main__":
    threading.Thread(target=watch, daemon=True).start()
    module = sys.argv[1]
    del sys.argv[0]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
