"""Reads C++ as far as planted defects need it: tokens, the functions that a text defines, the statements of a body.

It is no compiler: it knows the style of this repository, and raises Unreadable where brackets do not fit each other
rather than guess. Comments, preprocessor lines, white space and line breaks are nothing to it.
"""
import re

TOKEN = re.compile(r"""
    (?P<nothing>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<text>(?:u8|[uUL])?R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"
            |(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')
  | (?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>::|->\*?|\.\.\.|<=>|<<=?|[-+*/%&|^=!<]=|>=|&&|\|\||\+\+|--|[^\s\w])
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

PAIRS = {"(": ")", "[": "]", "{": "}"}
# What stands between a function's parameters and its body, and is no name of a macro.
BEHIND_PARAMETERS = {"const", "volatile", "noexcept", "override", "final", "mutable", "requires", "try"}


class Unreadable(Exception):
    pass


class Tokens:
    """Of one text, each with its place; `partner` leads from one bracket to the other."""

    def __init__(self, text):
        self.text, self.words, self.starts, self.ends, self.kinds = text, [], [], [], []
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise Unreadable(f"line {text.count(chr(10), 0, at) + 1}: unknown text")
            if found.lastgroup != "nothing":
                self.words.append(found.group())
                self.starts.append(at)
                self.ends.append(found.end())
                self.kinds.append("text" if found.group("text") else found.lastgroup)
            at = found.end()
        self.partner = self._pair()

    def _pair(self):
        partner, open_ones = {}, []
        for at, word in enumerate(self.words):
            if word in PAIRS:
                open_ones.append(at)
            elif word in PAIRS.values():
                if not open_ones or PAIRS[self.words[open_ones[-1]]] != word:
                    raise Unreadable(f"line {self.line(at)}: '{word}' closes nothing")
                partner[at] = open_ones.pop()
                partner[partner[at]] = at
        if open_ones:
            raise Unreadable(f"line {self.line(open_ones[-1])}: '{self.words[open_ones[-1]]}' is not closed")
        return partner

    def __getitem__(self, at):
        return self.words[at] if 0 <= at < len(self.words) else ""

    def line(self, at):
        return self.text.count("\n", 0, self.starts[at]) + 1

    def is_name(self, at):
        return 0 <= at < len(self.words) and self.kinds[at] == "name"

    def behind(self, at):
        """The token after this one, or after its bracket."""
        return self.partner[at] + 1 if self.words[at] in PAIRS else at + 1

    def behind_angles(self, at):
        """The token after the '>' for the '<' at `at`."""
        depth = 0
        while at < len(self.words):
            depth += {"<": 1, ">": -1}.get(self.words[at], 0)
            at = self.behind(at)
            if depth == 0:
                return at
        raise Unreadable("a '<' is not closed")

    def find(self, wanted, begin, end):
        """Where the words stand, each time."""
        return [at for at in range(begin, end - len(wanted) + 1) if self.words[at:at + len(wanted)] == wanted]


class Function:
    def __init__(self, name, parameters, begin, end):
        self.name = name                # pawl::actors::store_actor::gather
        self.parameters = parameters    # their words
        self.begin, self.end = begin, end  # of the body: '{' and what comes behind '}'


def functions(tokens):
    """All that are defined at the level of namespaces and classes."""
    found = []
    _scope(tokens, 0, len(tokens.words), [], found)
    return found


def _scope(t, at, end, names, found):
    while at < end:
        at = _declaration(t, at, end, names, found)


def _declaration(t, at, end, names, found):
    word = t[at]
    if word == "template" and t[at + 1] == "<":
        return t.behind_angles(at + 1)
    if word in ("public", "private", "protected") and t[at + 1] == ":":
        return at + 2
    if word == "inline" and t[at + 1] == "namespace":
        return at + 1
    if word == "extern" and t[at + 2] == "{":
        return at + 3 + _inside(t, at + 2, names, found)
    if word == "namespace":
        brace = at + 1
        while t[brace] not in ("{", ";", "=", ""):
            brace += 1
        if t[brace] != "{":
            return _behind_semicolon(t, at, end)
        own = [n for n in t.words[at + 1:brace] if n not in ("::", "inline")]
        return brace + 1 + _inside(t, brace, names + own, found)
    if word in ("using", "typedef", "static_assert", "enum"):
        return _behind_semicolon(t, at, end)
    if word in ("class", "struct", "union"):
        brace, name = _class_head(t, at, end)
        if brace is not None:
            return brace + 1 + _inside(t, brace, names + name, found)
    return _function_or_variable(t, at, end, names, found)


def _inside(t, brace, names, found):
    _scope(t, brace + 1, t.partner[brace], names, found)
    return t.partner[brace] - brace


def _behind_semicolon(t, at, end):
    while at < end and t[at] != ";":
        at = t.behind(at)
    return at + 1


def _class_head(t, at, end):
    """The '{' of a class that is defined here, and its name."""
    name, at = [], at + 1
    while at < end:
        word = t[at]
        if word == "{":
            return at, name
        if word == ":":  # its bases
            while at < end and t[at] not in ("{", ";"):
                at = t.behind(at) if t[at] != "<" else t.behind_angles(at)
            return (at, name) if t[at] == "{" else (None, None)
        if word == "<":
            at = t.behind_angles(at)
        elif word == "[" or (word == "(" and name):  # an attribute, what a macro gets
            at = t.behind(at)
        elif word == "::":
            name.append(t[at + 1])
            at += 2
        elif t.is_name(at):
            if word != "final":
                name = [word]
            at += 1
        else:
            return None, None
    return None, None


def _function_or_variable(t, at, end, names, found):
    name = parameters = None
    while at < end:
        word = t[at]
        if word == ";":
            return at + 1
        if word == "operator" and name is None:
            called = at + 1
            while t[called] != "(" or called == at + 1 and t[called + 1] == ")":
                called = called + 2 if t[called] == "(" else called + 1
            name, parameters = _qualified(t, at) + ["operator" + "".join(t.words[at + 1:called])], called
            at = t.behind(called)
        elif word == "(" and name is None and t.is_name(at - 1):
            own = t[at - 1] if t[at - 2] != "~" else "~" + t[at - 1]
            name, parameters = _qualified(t, at - 1 if t[at - 2] != "~" else at - 2) + [own], at
            at = t.behind(at)
            if t.is_name(at) and t[at] not in BEHIND_PARAMETERS:
                name = parameters = None  # that was a macro, or an attribute
        elif word == "<" and name is None and t.is_name(at - 1):
            at = t.behind_angles(at)
        elif word == "=":
            return _behind_semicolon(t, at, end)
        elif word == ":" and name is not None:
            at = _behind_initializers(t, at + 1)
        elif word == "{" and name is not None:
            inner = t.words[parameters + 1:t.partner[parameters]]
            found.append(Function("::".join(names + name), inner, at, t.partner[at] + 1))
            return t.partner[at] + 1
        else:
            at = t.behind(at)
    return end


def _qualified(t, at):
    """What stands before the name at `at`: a::b::name."""
    before = []
    while t[at - 1] == "::" and t.is_name(at - 2):
        at -= 2
        before.insert(0, t[at])
    return before


def _behind_initializers(t, at):
    while True:
        while t[at] not in ("(", "{", ""):
            at = t.behind_angles(at) if t[at] == "<" else at + 1
        at = t.behind(at)
        if t[at] == "...":
            at += 1
        if t[at] != ",":
            return at
        at += 1


class Statement:
    """`head` is what decides about it: the brackets of if, for, while and switch, or the parameters of a lambda."""

    def __init__(self, kind, begin, parent):
        self.kind, self.begin, self.end, self.parent, self.head, self.children = kind, begin, None, parent, None, []
        self.is_in_else = False
        if parent is not None:
            parent.children.append(self)

    def is_in_a_block(self):
        return self.parent is None or self.parent.kind == "block"

    def smallest(self, begin, end):
        """The smallest statement that holds these tokens. A block alone is none."""
        for child in self.children:
            if child.begin <= begin and end <= child.end:
                return child.smallest(begin, end)
        return self


def statements(tokens, function):
    """The body as a tree. Bodies of lambdas are blocks below the statement that they stand in."""
    top = Statement("block", function.begin, None)
    _block(tokens, top)
    return top


def _block(t, block):
    at, block.end = block.begin + 1, t.partner[block.begin] + 1
    while at < block.end - 1:
        at = _statement(t, at, block)


def _statement(t, at, parent):
    word = t[at]
    if word in ("case", "default"):
        while t[at] != ":":
            at = t.behind(at)
        return at + 1
    if word == "{":
        one = Statement("block", at, parent)
        _block(t, one)
        return one.end
    if word in ("if", "for", "while", "switch"):
        one = Statement(word, at, parent)
        opening = at + 1 if t[at + 1] == "(" else at + 2  # if constexpr
        one.head = (opening + 1, t.partner[opening])
        _lambdas(t, *one.head, one)
        at = _statement(t, t.partner[opening] + 1, one)
        if word == "if" and t[at] == "else":
            before = len(one.children)
            at = _statement(t, at + 1, one)
            one.children[before].is_in_else = True
        one.end = at
        return at
    one = Statement("do" if word == "do" else "try" if word == "try" else "simple", at, parent)
    if word == "do":
        at = _statement(t, at + 1, one)
    elif word == "try":
        at = _statement(t, at + 1, one)
        while t[at] == "catch":
            at = _statement(t, t.behind(at + 1), one)
        one.end = at
        return at
    begin = at
    while t[at] != ";":
        if t[at] in ("}", ""):
            raise Unreadable(f"line {t.line(begin)}: a statement does not end")
        at = t.behind(at)
    one.end = at + 1
    _lambdas(t, begin, at, one)
    return one.end


def _lambdas(t, at, end, parent):
    while at < end:
        body = _lambda_body(t, at, end) if t[at] == "[" else None
        if body is None:
            at += 1
            continue
        one = Statement("block", body, parent)
        one.head = (at, body)
        _block(t, one)
        at = one.end


def _lambda_body(t, at, end):
    if t.is_name(at - 1) and t[at - 1] not in ("return", "auto") or t[at - 1] in (")", "]"):
        return None  # a[i]
    at = t.behind(at)
    if t[at] == "<":
        at = t.behind_angles(at)
    if t[at] == "(":
        at = t.behind(at)
    while t[at] in ("mutable", "noexcept", "constexpr"):
        at += 1
    if t[at] == "->":
        while at < end and t[at] != "{":
            at = t.behind(at) if t[at] != "<" else t.behind_angles(at)
    return at if at < end and t[at] == "{" else None
