"""The bootstrap runs on any Python: old versions must be able to parse it, and get a clear message."""

import ast
import subprocess
import sys

from tests.config.instances import CHECKOUT

BOOTSTRAP = CHECKOUT / "config" / "bootstrap.py"


def run(preparation: str) -> tuple[int, str]:
    code = f"import sys; {preparation}; sys.argv = ['x', '/nonexistent', 'requirements.txt'];"
    code += f"exec(compile(open({str(BOOTSTRAP)!r}).read(), 'bootstrap', 'exec'), {{'__name__': '__main__'}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_its_syntax_is_valid_in_old_python() -> None:
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 4))


def test_a_python_that_is_too_old_is_reported_in_one_sentence() -> None:
    sentence = "Python 3.10 genügt nicht: gebraucht wird Python 3.11, 3.12 oder 3.13.\n"
    assert run("sys.version_info = (3, 10, 2)") == (1, sentence)


def test_a_python_that_is_too_new_is_reported_in_one_sentence() -> None:
    sentence = "Python 3.14 genügt nicht: gebraucht wird Python 3.11, 3.12 oder 3.13.\n"
    assert run("sys.version_info = (3, 14, 0)") == (1, sentence)


def test_a_missing_venv_module_is_reported_in_one_sentence() -> None:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    sentence = f"Dem Python hier fehlt das Modul „ensurepip“. Unter Debian und Ubuntu: apt-get install {package}\n"
    assert run("sys.modules['ensurepip'] = None") == (1, sentence)
