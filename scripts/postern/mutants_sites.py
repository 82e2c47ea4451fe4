# SPDX-License-Identifier: MIT
"""Where a C file can be mutated, and into what: read off clang's syntax tree, which knows the range of each expression.

A mutant replaces one range of octets by a text. What macros hide from the tree (their bodies, and the words that are
handed to them) is mutated by its tokens.
"""

import re
from dataclasses import dataclass

from .console import Failure

RELATIONS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|"}
LOGIC = {"&&": "||", "||": "&&"}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_TOKEN = re.compile(r"""/\*.*?\*/ | "(?:[^"\\]|\\.)*" | (?P<char>'(?:[^'\\]|\\.)+') | [A-Za-z_]\w*
                        | (?P<number>(?:0[xX][0-9A-Fa-f]+|[0-9]+)[uUlL]*)(?![\w.]) | [\w.]+
                        | (?P<operator><<|>>|<=|>=|==|!=|&&|\|\||->|<|>) | .""", re.S | re.X)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+\w+(?:\([^)]*\))?((?:[^\n\\]|\\\n|\\.)*)", re.M)


@dataclass(frozen=True)
class Mutant:
    """One fault. `form` says how it can be chosen at run time: as a "value" (a ternary), "void" (an expression that is
    left out), "statement" (the range has its semicolon), or not at all ("static": a constant of the compiler's)."""
    file: str  # relative to the source tree
    begin: int
    end: int
    text: str
    kind: str
    form: str
    line: int
    column: int
    number: int = 0  # in its file, from 1

    @property
    def name(self):
        """What a person can type: stable as long as the file stays as it is."""
        return f"{self.file.rsplit('/', 1)[-1]}:{self.line}:{self.column}:{self.kind}:{self.number}"


def find(path, file, include):
    """All mutants of a C file. `file` is its name in reports; `include`, folders of headers."""
    reader = _Reader(path, file, include)
    reader.read()
    return reader.mutants()


def step(literal, by):
    """The text of an integer literal that is greater by one or smaller, or None where it would be negative."""
    digits, suffix = re.fullmatch(r"(0[xX][0-9A-Fa-f]+|[0-9]+)([uUlL]*)", literal).groups()
    octal = digits.startswith("0") and digits.isdigit()
    value = int(digits, 8 if octal else 0) + by
    if value < 0:
        return None
    return (hex(value) if digits[:2] in ("0x", "0X") else str(value)) + suffix


class _Reader:
    def __init__(self, path, file, include):
        from clang import cindex
        self.kinds, self.types = cindex.CursorKind, cindex.TypeKind
        self.octets = path.read_bytes()
        self.file = file
        self.path = str(path)
        self.found = {}
        arguments = ["-x", "c", "-std=c11", *(f"-I{folder}" for folder in include)]
        self.unit = cindex.Index.create().parse(
            self.path, args=arguments, options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [str(note) for note in self.unit.diagnostics if note.severity >= cindex.Diagnostic.Error]
        if errors:
            raise Failure(f"clang cannot read {file}: {errors[0]}")
        self.macros = [span(cursor) for cursor in self.unit.cursor.get_children()
                       if cursor.kind == self.kinds.MACRO_INSTANTIATION and self.is_here(cursor)]

    def mutants(self):
        """In the order of the file, numbered."""
        return [Mutant(*fields, number) for number, fields in enumerate(sorted(
            (self.file, begin, end, text, kind, form, *self.place(begin))
            for (begin, end, text), (kind, form) in self.found.items()), 1)]

    def place(self, offset):
        start = self.octets.rfind(b"\n", 0, offset) + 1
        return self.octets.count(b"\n", 0, offset) + 1, offset - start + 1

    def is_here(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name == self.path

    def source(self, begin, end):
        return self.octets[begin:end].decode("latin-1")

    def text(self, cursor):
        return self.source(*span(cursor))

    def add(self, begin, end, text, kind, form="value"):
        if text is not None and text != self.source(begin, end):
            self.found.setdefault((begin, end, text), (kind, form))

    def in_macro(self, begin, end):
        return any(first <= begin and end <= last for first, last in self.macros)

    def operator(self, begin, end):
        return _COMMENT.sub("", self.source(begin, end)).strip()

    # ---- declarations ----

    def read(self):
        for cursor in self.unit.cursor.get_children():
            if self.is_here(cursor) and not cursor.kind.is_preprocessing():
                self.declaration(cursor, True)
        for found in _DEFINE.finditer(self.source(0, len(self.octets))):
            self.tokens(found.start(1), found.end(1))
        for begin, end in self.macros:
            opening = self.source(begin, end).find("(")
            if opening >= 0:
                self.tokens(begin + opening, end)

    def tokens(self, begin, end):
        for token in _TOKEN.finditer(self.source(begin, end)):
            first, last = begin + token.start(), begin + token.end()
            if token["number"]:
                self.add(first, last, step(token[0], 1), "constant", "static")
                self.add(first, last, step(token[0], -1), "constant", "static")
            elif token["char"]:
                self.add(first, last, f"({token[0]} + 1)", "constant", "static")
                self.add(first, last, f"({token[0]} - 1)", "constant", "static")
            elif token["operator"]:
                for other in RELATIONS.get(token[0], ()):
                    self.add(first, last, other, "relation", "static")
                self.add(first, last, LOGIC.get(token[0]), "logic", "static")

    def declaration(self, cursor, static):
        kinds = self.kinds
        children = list(cursor.get_children())
        if cursor.kind == kinds.FUNCTION_DECL:
            self.result = cursor.result_type.get_canonical().kind
            for child in children:
                if child.kind == kinds.COMPOUND_STMT:
                    self.statement(child)
        elif cursor.kind == kinds.ENUM_DECL:
            for child in children:
                for value in child.get_children():
                    self.expression(value, "static")
        elif cursor.kind == kinds.VAR_DECL:
            static = static or cursor.storage_class.name == "STATIC"
            equals = self.text(cursor).find("=")
            for child in children:
                behind = equals >= 0 and span(child)[0] > span(cursor)[0] + equals
                if child.kind.is_expression():  # before the "=": the size of an array
                    self.expression(child, "static" if static or not behind else "value")

    # ---- statements ----

    def statement(self, cursor):
        kinds = self.kinds
        kind = cursor.kind
        children = list(cursor.get_children())
        begin, end = span(cursor)
        if kind.is_expression():
            if not re.fullmatch(r"\(void\)\s*\w+", self.text(cursor)):
                self.add(begin, end, "(void)0", "statement", "void")
            self.expression(cursor)
        elif kind in (kinds.BREAK_STMT, kinds.CONTINUE_STMT):
            self.add(begin, self.octets.index(b";", end) + 1, ";", "statement", "statement")
        elif kind == kinds.RETURN_STMT:
            for child in children:
                self.returned(child)
        elif kind in (kinds.IF_STMT, kinds.WHILE_STMT, kinds.DO_STMT, kinds.FOR_STMT):
            self.branch(cursor, children)
        elif kind == kinds.SWITCH_STMT:
            self.expression(children[0])
            self.statement(children[1])
        elif kind == kinds.CASE_STMT:
            colon = self.octets.index(b":", span(children[0])[1]) + 1
            self.add(begin, colon, "", "label", "static")
            self.statement(children[-1])
        elif kind == kinds.DECL_STMT:
            for child in children:
                self.declaration(child, False)
        elif kind != kinds.ASM_STMT:
            for child in children:
                self.statement(child)

    def branch(self, cursor, children):
        kinds = self.kinds
        loop = cursor.kind != kinds.IF_STMT
        if cursor.kind == kinds.FOR_STMT:
            first, second = self.semicolons(span(cursor)[0])
            for child in children[:-1]:
                begin = span(child)[0]
                if first < begin < second:
                    self.condition(child, loop)
                else:
                    self.statement(child)
            self.statement(children[-1])
        elif cursor.kind == kinds.DO_STMT:
            self.statement(children[0])
            self.condition(children[1], loop)
        else:
            self.condition(children[0], loop)
            for child in children[1:]:
                self.statement(child)

    def semicolons(self, begin):
        """The two that part the head of a `for`."""
        depth, found = 0, []
        for token in _TOKEN.finditer(self.source(begin, len(self.octets))):
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token[0], 0)
            if token[0] == ";" and depth == 1:
                found.append(begin + token.start())
                if len(found) == 2:
                    return found
        raise Failure(f"{self.file}: a `for` without its two semicolons")

    def condition(self, cursor, loop=False, form="value"):
        """What decides: turned round, and left out. A loop that never ends says little, and takes long to say it."""
        begin, end = span(cursor)
        text = self.text(cursor)
        if not self.is_constant(text):
            if self.binary_operator(self.core(cursor)) not in RELATIONS:
                self.add(begin, end, f"!({text})", "condition", form)
            self.add(begin, end, "0", "condition", form)
            if not loop:
                self.add(begin, end, "1", "condition", form)
        self.expression(cursor, form)

    def returned(self, cursor):
        begin, end = span(cursor)
        text = self.text(cursor)
        if not self.is_constant(text):
            if self.result == self.types.POINTER:
                self.add(begin, end, "0", "return")
            elif self.result == self.types.BOOL:
                self.add(begin, end, "0", "return")
                self.add(begin, end, "1", "return")
            elif self.is_integer_kind(self.result):
                word = self.core(cursor).referenced
                if word is None or word.kind != self.kinds.ENUM_CONSTANT_DECL or word.enum_value != 0:
                    self.add(begin, end, "0", "return")
                self.add(begin, end, f"({text}) + 1", "return")
        self.expression(cursor)

    @staticmethod
    def is_constant(text):
        return text in ("true", "false", "NULL") or re.fullmatch(r"[0-9]+", text) is not None

    # ---- expressions ----

    def core(self, cursor):
        """Without the parentheses and the conversions around it."""
        while cursor.kind in (self.kinds.UNEXPOSED_EXPR, self.kinds.PAREN_EXPR):
            inner = [child for child in cursor.get_children() if child.kind.is_expression()]
            if len(inner) != 1:
                break
            cursor = inner[0]
        return cursor

    def binary_operator(self, cursor):
        if cursor.kind not in (self.kinds.BINARY_OPERATOR, self.kinds.COMPOUND_ASSIGNMENT_OPERATOR):
            return None
        left, right = cursor.get_children()
        return self.operator(span(left)[1], span(right)[0])

    def is_integer(self, cursor):
        return self.is_integer_kind(cursor.type.get_canonical().kind)

    def is_integer_kind(self, kind):
        return kind == self.types.ENUM or self.types.BOOL.value <= kind.value <= self.types.INT128.value

    def expression(self, cursor, form="value"):
        kinds = self.kinds
        begin, end = span(cursor)
        if begin >= end or cursor.kind == kinds.CXX_UNARY_EXPR:  # inside a macro; sizeof
            return
        if self.in_macro(begin, end):
            if (begin, end) in self.macros:
                self.named(cursor, form)
            return
        children = list(cursor.get_children())
        if cursor.kind in (kinds.INTEGER_LITERAL, kinds.CHARACTER_LITERAL):
            self.literal(begin, end, form)
        elif cursor.kind == kinds.DECL_REF_EXPR:
            if cursor.referenced is not None and cursor.referenced.kind == kinds.ENUM_CONSTANT_DECL:
                self.named(cursor, form)
        elif cursor.kind in (kinds.BINARY_OPERATOR, kinds.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor, children, form)
            return
        elif cursor.kind == kinds.UNARY_OPERATOR:
            self.unary(cursor, children[0], form)
        elif cursor.kind == kinds.CONDITIONAL_OPERATOR:
            self.condition(children[0], form=form)
            children = children[1:]
        elif cursor.kind == kinds.CALL_EXPR:
            self.arguments(cursor, form)
        for child in children:
            if child.kind.is_expression():
                self.expression(child, form)

    def is_designator(self, begin, end):
        return self.octets[begin - 1:begin] == b"[" and re.match(rb"\]\s*=", self.octets[end:end + 20]) is not None

    def literal(self, begin, end, form):
        text = self.source(begin, end)
        if text[0].isdigit() and not self.is_designator(begin, end):
            self.add(begin, end, step(text, 1), "constant", form)
            self.add(begin, end, step(text, -1), "constant", form)
        elif text[0] == "'":
            self.add(begin, end, f"({text} + 1)", "constant", form)
            self.add(begin, end, f"({text} - 1)", "constant", form)

    def named(self, cursor, form):
        """An enumerator, or a macro that is one word."""
        begin, end = span(cursor)
        text = self.source(begin, end)
        if text in ("true", "false"):
            self.add(begin, end, {"true": "false", "false": "true"}[text], "constant", form)
        elif re.fullmatch(r"\w+", text) and self.is_integer(cursor) and not self.is_designator(begin, end):
            self.add(begin, end, f"({text} + 1)", "constant", form)
            if re.search(r"_(MAX|MIN|SIZE|COUNT|BLOCK|LIMIT)$", text):
                self.add(begin, end, f"({text} - 1)", "constant", form)

    def binary(self, cursor, children, form):
        left, right = children
        operator = self.binary_operator(cursor)
        begin, end = span(cursor)
        first, last = self.text(left), self.text(right)
        pointers = [child.type.get_canonical().kind in (self.types.POINTER, self.types.CONSTANTARRAY)
                    for child in children]
        if operator in RELATIONS:
            for other in RELATIONS[operator]:
                self.add(begin, end, f"{first} {other} {last}", "relation", form)
        elif operator in LOGIC:
            self.add(begin, end, f"({first}) {LOGIC[operator]} ({last})", "logic", form)
            self.add(begin, end, first, "condition", form)
            self.add(begin, end, last, "condition", form)
        elif operator in ARITHMETIC and not all(pointers):
            # An offset that is subtracted from a pointer, never a pointer from a number.
            if not (operator == "+" and pointers[1]):
                self.add(begin, end, f"{first} {ARITHMETIC[operator]} {last}", "arithmetic", form)
        elif operator[:-1] in ARITHMETIC and operator.endswith("="):
            self.add(begin, end, f"{first} {ARITHMETIC[operator[:-1]]}= {last}", "arithmetic", form)
        if operator in LOGIC and form == "value":
            for child in children:
                if self.binary_operator(self.core(child)) is None and not self.in_macro(*span(child)):
                    self.add(*span(child), f"!({self.text(child)})", "condition", form)
        self.expression(left, form)
        self.expression(right, form)

    def unary(self, cursor, operand, form):
        (begin, end), (first, last) = span(cursor), span(operand)
        prefix, postfix = self.operator(begin, first), self.operator(last, end)
        text = self.text(operand)
        other = {"++": "--", "--": "++"}.get(prefix or postfix)
        if other:
            self.add(begin, end, f"{other}{text}" if prefix else f"{text}{other}", "arithmetic", form)
        elif prefix in ("!", "~", "-"):
            self.add(begin, end, f"({text})", "negation", form)

    def arguments(self, cursor, form):
        """Neighbours that are of one type change places."""
        given = list(cursor.get_arguments())
        for one, other in zip(given, given[1:]):
            types = [item.type.get_canonical().spelling for item in (one, other)]
            spans = [span(item) for item in (one, other)]
            if types[0] != types[1] or any(self.in_macro(*item) for item in spans):
                continue
            begin, end = span(cursor)
            (a, b), (c, d) = spans
            swapped = self.source(c, d) + self.source(b, c) + self.source(a, b)
            self.add(begin, end, self.source(begin, a) + swapped + self.source(d, end), "arguments", form)


def span(cursor):
    return cursor.extent.start.offset, cursor.extent.end.offset
