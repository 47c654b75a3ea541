"""A process of its own that renders one chat template, and then ends.

`chat.py` runs this file and gives it a line of JSON: template, messages, the other names the
template may use, and a limit of memory. The text comes back as JSON, and so does what went wrong.
The environment is the one `transformers` renders templates in.
"""

import json
import sys
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import CallBlock
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """`{% generation %}…{% endgeneration %}` marks the assistant's text; here it only shows it."""

    tags = {"generation"}

    def parse(self, parser: Any) -> Any:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return CallBlock(self.call_method("_shown"), [], [], body).set_lineno(line)

    def _shown(self, caller: Any) -> str:
        return caller()


def main() -> None:
    """Reads one request from standard input and answers it on standard output."""
    asked = json.loads(sys.stdin.read())
    limit(asked["memory"])
    try:
        text = environment().from_string(asked["template"]).render(**asked["names"])
        answer = {"text": text}
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    except (MemoryError, RecursionError) as error:
        answer = {"error": type(error).__name__}
    sys.stdout.write(json.dumps(answer) + "\n")


def limit(memory: int) -> None:
    """Bounds the memory this process may write to, where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def environment() -> ImmutableSandboxedEnvironment:
    """The sandbox, with the names `transformers` gives to chat templates."""
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    made.filters["tojson"] = to_json
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return made


def refuse(message: str) -> None:
    """What a template calls when the messages are not to its liking."""
    raise TemplateError(message)


def to_json(value: Any, ensure_ascii: bool = False, indent: Any = None, **more: Any) -> str:
    """Plain JSON; the sandbox's own filter would escape it for web pages."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **more)


if __name__ == "__main__":
    main()
