"""Text that is to be executed, made of nothing but our own templates and integers.

Not a character of it comes from a learner: ``fill`` takes integers, and text it made itself, and nothing
else. That is all that keeps a program from becoming Python, so it is checked as it runs, not only by types.
"""


class Code(str):
    """Text that ``fill`` made; nothing else makes one."""

    __slots__ = ()


def fill(template: str, **parts: int | Code) -> Code:
    """The template with integers in decimal, and code, in its places; TypeError for anything else.

    ``template`` is a constant of this package. Subclasses do not pass: they may print as anything.
    """
    for name, part in parts.items():
        if type(part) is not int and type(part) is not Code:
            raise TypeError(f"{name} is of type {type(part).__name__}: neither an integer nor our own code")
    return Code(template.format(**parts))
