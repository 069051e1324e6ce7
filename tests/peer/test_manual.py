#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages against the tables of the sources: nothing is missing, and nothing
is there that the program does not know."""

import re
import subprocess
import sys
from pathlib import Path

AGENT = Path(__file__).parents[2] / "agent"
EVENT = re.compile(r'"postern (config|kbs|volume|verity|tunnel|leave)\b')
results = []


def ok(good, name, detail=""):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")
    if not good:
        print("#", detail)


def same(name, manual, sources):
    ok(manual == sources and sources, f"{name} of the manual are those of the sources",
       f"only in the manual: {sorted(manual - sources)}; only in the sources: "
       f"{sorted(sources - manual)}")


def page(name):
    """Sections of a page: title -> the words of each .TP's tag."""
    text = (AGENT / name).read_text().replace("\\-", "-")
    found = {}
    for section in re.split(r"^\.SH ", text, flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        tags = re.findall(r"^\.TP\n(.*)$", body, flags=re.M)
        found[title.strip('"')] = [re.sub(r'^\.[BI]+ |"|\\f.', "", tag) for tag in tags]
    return found


def complete(*words):
    """What bash would offer after these words."""
    script = (f". {AGENT}/postern.completion; COMP_WORDS=({' '.join(words)}); "
              f"COMP_CWORD={len(words) - 1}; _postern; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def completion(commands, options, table):
    """Each command with the options that it takes."""
    ok(complete("postern", "''") == commands, "completion of commands",
       complete("postern", "''") ^ commands)
    letters = dict(re.findall(r'^\t\{ "([a-z-]+)",\s.*\'(\w)\' \},$', options, flags=re.M))
    for name, takes in re.findall(r'\{ "([a-z]+)", \w+, [^,]+, "(\w*)"', table):
        wanted = {"--" + option for option, letter in letters.items() if letter in takes}
        found = complete("postern", name, "--")
        ok(found == wanted, f"completion of the options of {name}", found ^ wanted)


def main():
    for name in ("postern.8", "postern.conf.5"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                               AGENT / name], check=False, capture_output=True, text=True)
        ok(done.returncode == 0 and not done.stderr, f"{name} is formatted without a warning",
           done.stderr)

    manual = page("postern.8")
    reason = (AGENT / "reason.h").read_text()
    same("codes", set(manual["CODES"]), set(re.findall(r"^\tX\((\w+),", reason, flags=re.M)))
    table = (AGENT / "main.c").read_text()
    same("commands", {tag.split()[0] for tag in manual["COMMANDS"]},
         set(re.findall(r'^\t\{ "([a-z]+)", ', table, flags=re.M)))
    options = (AGENT / "options.c").read_text()
    same("options", {tag.split()[0] for tag in manual["OPTIONS"]},
         {"--" + name for name in re.findall(r'^\t\{ "([a-z-]+)",\s', options, flags=re.M)})
    sources = "".join(path.read_text() for path in AGENT.glob("boot*.c"))
    same("events", {tag.split()[1] for tag in manual["EVENTS"]}, set(EVENT.findall(sources)))

    config = (AGENT / "config.c").read_text()
    keys = set(re.findall(r'^\t\{ "(\w+)", "([a-z-]+)", value_', config, flags=re.M))
    found = set()
    for title, tags in page("postern.conf.5").items():
        section = re.match(r"\[(\w+)", title)
        for tag in tags if section else ():
            found |= {(section[1], key.strip()) for key in tag.removeprefix(".BR ").split(",")}
    same("keys", found, keys)
    completion(set(re.findall(r'^\t\{ "([a-z]+)", ', table, flags=re.M)), options, table)
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
