"""What a planted defect does to a function. Each verb needs the smallest anchor: words of code that stand at one place.

    skip("wake")                      the statement that says so does not run
    twice("dispatch")                 ... runs twice
    before("wake", "return;")         this comes before it
    after("wake", "wake(uid);")       this comes after it
    never("stopping_")                the condition that says so is false (and is not looked at)
    always("stopping_")               ... is true
    instead("delay_ms", "0")          the expression is that one

What is meant is the smallest statement that holds the anchor; for never() and always() the condition of an if or while.
Where an anchor alone is ambiguous:

    when="..."     the defect only counts while this expression is true
    beside="..."   the anchor that has this in its statement
    under="..."    the anchor below this: in the branch of an if, in the body of a loop, a switch or a lambda whose
                   condition or parameters hold it
    nth=2          the second one; the last resort, as it follows no change
"""
from scanner import Tokens


class Misplaced(Exception):
    pass


class Effect:
    def __init__(self, verb, anchor, code=None, when=None, beside=None, under=None, nth=None):
        self.verb, self.anchor, self.code, self.when = verb, anchor, code, when
        self.beside, self.under, self.nth = beside, under, nth

    def __str__(self):
        others = [f"{k}={getattr(self, k)!r}" for k in ("beside", "under", "nth") if getattr(self, k) is not None]
        return f"{self.verb}({', '.join([repr(self.anchor)] + others)})"

    def insertion(self, tokens, body, is_mutant):
        """From which token to which, and what to write before and behind; raises Misplaced."""
        begin, end, statement = self._place(tokens, body)
        mutant = is_mutant if self.when is None else f"({is_mutant} && ({self.when}))"
        return (begin, end, *self._texts(statement, " ".join(tokens.words[begin:end]), mutant))

    def _place(self, t, body):
        places = []
        for place in self._places(t, body):
            if place not in places:  # an anchor may stand twice in one statement
                places.append(place)
        found = places if self.nth is None else places[self.nth - 1:self.nth]
        if len(found) == 1:
            return found[0]
        if not places:
            raise Misplaced(f"{self} stands nowhere in it")
        lines = ", ".join(str(t.line(begin)) for begin, _, _ in places)
        raise Misplaced(f"{self} stands at {len(places)} places of it: lines {lines}")

    def _places(self, t, body):
        wanted, beside, under = (words_of(x) for x in (self.anchor, self.beside, self.under))
        for at in t.find(wanted, body.begin, body.end):
            end = at + len(wanted)
            statement = body.smallest(at, end)
            if statement.kind == "block":
                continue  # it reaches over several statements
            if beside and not _holds(t, body, statement, beside):
                continue
            if under and not _is_under(t, statement, under):
                continue
            if self.verb == "instead":
                yield at, end, statement
            elif self.verb not in ("never", "always"):
                yield statement.begin, statement.end, statement
            elif statement.kind in ("if", "while") and statement.head[0] <= at < statement.head[1]:
                yield _condition(t, *statement.head) + (statement,)

    def _texts(self, statement, own, mutant):
        if self.verb == "instead":
            return f"({mutant} ? ({self.code}) : (", "))"
        if self.verb == "never":
            return f"!{mutant} && (", ")"
        if self.verb == "always":
            return f"{mutant} || (", ")"
        if self.verb == "skip":
            return f"{{ if (!{mutant}) ", " }"
        code = f"if ({mutant}) {{ {self.code or own} }}"
        first, last = (code + " ", "") if self.verb == "before" else ("", " " + code)
        return (first, last) if statement.is_in_a_block() else ("{ " + first, last + " }")


def words_of(code):
    return Tokens(code).words if code else None


def _condition(t, first, last):
    """Without the declaration before it."""
    at = first
    while at < last:
        first = at + 1 if t[at] == ";" else first
        at = t.behind(at)
    return first, last


def _holds(t, body, statement, wanted):
    """Itself: not what is below it."""
    return any(body.smallest(at, at + len(wanted)) is statement
               for at in t.find(wanted, statement.begin, statement.end))


def _is_under(t, statement, wanted):
    while statement.parent is not None:
        if statement.kind == "block" and statement.head and t.find(wanted, *statement.head):
            return True  # of a lambda
        above = statement.parent
        decides = above.kind != "block" and above.head and not statement.is_in_else
        if decides and statement.begin >= above.head[1] and t.find(wanted, *above.head):
            return True
        statement = above
    return False


def skip(anchor, **where):
    return Effect("skip", anchor, **where)


def twice(anchor, **where):
    return Effect("twice", anchor, **where)


def before(anchor, code, **where):
    return Effect("before", anchor, code, **where)


def after(anchor, code, **where):
    return Effect("after", anchor, code, **where)


def never(anchor, **where):
    return Effect("never", anchor, **where)


def always(anchor, **where):
    return Effect("always", anchor, **where)


def instead(expression, other, **where):
    return Effect("instead", expression, other, **where)
