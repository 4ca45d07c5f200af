"""Who was given which variant, and who handed in which: compared, whatever the platform made of the names."""
import re
import unicodedata

from .tables import read_table


def compared(results, roster):
    """The results, with a remark for the teacher where a notebook is not the variant of its student.

    roster  variants.csv as `release` writes it, columns student and variant; None: no comparison
    """
    if roster is None:
        return results
    given = read_roster(roster)
    return [{**r, "for_teacher": "; ".join(filter(None, [r["for_teacher"], remark(r, given)]))} for r in results]


def missing(results, roster):
    """Who is on the roster and handed in no notebook."""
    return [name for name, _ in read_roster(roster) if not any(same_person(name, r["student"]) for r in results)] if roster else []


def read_roster(file):
    """[(student, variant)], both as text."""
    return [(one["student"].strip(), one["variant"].strip()) for _, one in read_table(file, ("student", "variant"))]


def remark(result, given):
    """What there is to say about one result, or nothing."""
    own = [variant for student, variant in given if same_person(student, result["student"])]
    if result["variant"] is None or str(result["variant"]) in own:
        return ""
    if not own:
        return "its student is not in the roster"
    whose = [student for student, variant in given if variant == str(result["variant"])]
    return f"it is variant {result['variant']}{', given to ' + ' and '.join(whose) if whose else ''}, not {own[0]}"


def same_person(name, handed_in):
    """Whether a platform made this of the name: its words in another order, run together, with numbers behind them.

    >>> same_person("Zoë Ünal", "unalzoe_LATE_4711_99"), same_person("Zoë Ünal", "Zoe Unalan_4711")
    (True, False)
    """
    words, got = bare(name), "".join(bare(re.sub(r"(_LATE)?(_\d+)*$", "", handed_in)))
    return any("".join(words[i:] + words[:i]) == got for i in range(len(words)))


def bare(name):
    """Its words in small letters, without accents."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’"))
