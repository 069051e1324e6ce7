# SPDX-License-Identifier: GPL-2.0-or-later
"""RFC 8785 (JCS) printing of the values that runtime data can hold.

Strings, objects, arrays, booleans, null and integers up to 2^53; there are no
other numbers in runtime data, so JCS number formatting is left out on purpose.
"""

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t",
         "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def string(text):
    out = ['"']
    for char in text:
        if char in SHORT:
            out.append(SHORT[char])
        elif char < " ":
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(char)
    out.append('"')
    return "".join(out)


def text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > 2 ** 53:
            raise ValueError("integer out of the range of JCS")
        return str(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ",".join(text(item) for item in value) + "]"
    if isinstance(value, dict):
        # The order is by UTF-16 code units, which differs from Python's order
        # of strings outside the basic plane.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(string(k) + ":" + text(value[k]) for k in keys) + "}"
    raise TypeError(f"no JCS form for {type(value).__name__}")


def canonical(value):
    """The canonical bytes of `value`."""
    return text(value).encode("utf-8")
