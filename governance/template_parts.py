"""Templates whose constant parts are rendered once per language and process.

A page says the same words, icons, addresses of files and of other pages to everybody; the template engine looks each
of them up again for every request, which cost the desk more than all its queries. This loader goes through a
template once, after it was parsed, and puts every run of text, ``translate``, ``static``, ``url`` without variables and
``include … only`` with constant values under one node that keeps its text for each language. Nothing that hangs on
the request, on the database or on the hour is ever kept: a node is constant only if its kind is listed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.conf import settings
from django.template import Context, Engine, Node, Template, TemplateDoesNotExist, defaultfilters
from django.template.base import (
    FilterExpression,
    NodeList,
    TextNode,
    TokenType,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    FirstOfNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    URLNode,
)
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

PURE_FILTERS = frozenset({defaultfilters.default, defaultfilters.default_if_none})
"""Filters that a constant include may use: their result hangs on nothing but their values."""


class Loader(cached.Loader):
    """Django's caching loader; what it keeps is folded."""

    def get_template(self, template_name: str, skip: list | None = None) -> Template:
        known = self.get_template_cache.get(self.cache_key(template_name, skip))
        found = super().get_template(template_name, skip)
        if known is not found and not self.engine.debug:
            fold(found.nodelist, self.engine)
        return found


class Kept(Node):
    """A run of constant nodes; its text by language."""

    child_nodelists = ()

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.parts = NodeList(nodes)
        self.made: dict[str | None, str] = {}
        self.token, self.origin = self.parts[0].token, getattr(self.parts[0], "origin", None)

    def render(self, context: Context) -> str:
        if not context.autoescape:
            return self.parts.render(context)
        try:
            language = context.language_of_parts
        except AttributeError:  # asked once for a page: every look costs as much as a variable
            language = context.language_of_parts = get_language()
        made = self.made.get(language)
        if made is None:
            made = self.made[language] = self.parts.render(context)
        return made

    render_annotated = render  # a constant part has no line of its own to be blamed


class KeptAddress(Node):
    """``{% url "name" as variable %}``: asked of the resolver once."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.node, self.name, self.url = node, node.asvar, None
        self.token, self.origin = node.token, getattr(node, "origin", None)

    def render(self, context: Context) -> str:
        if self.url is None:
            self.node.render(context)
            self.url = context[self.name]
        context[self.name] = self.url
        return ""


class PlainVariable(VariableNode):
    """A variable that is most often text already: it skips what Django does to moments and numbers."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str:
            return escape(value) if context.autoescape else value
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)


class Heir(ExtendsNode):
    """``extends`` that looks through its parent for blocks once instead of for every page."""

    known: tuple[Template, dict[str, BlockNode]] | None = None

    def render(self, context: Context) -> str:
        parent = self.get_parent(context)
        if self.known is None or self.known[0] is not parent:
            self.known = (parent, _blocks_of_root(parent))
        if BLOCK_CONTEXT_KEY not in context.render_context:
            context.render_context[BLOCK_CONTEXT_KEY] = BlockContext()
        blocks = context.render_context[BLOCK_CONTEXT_KEY]
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(self.known[1])
        with context.render_context.push_state(parent, isolated_context=False):
            return parent._render(context)


def _blocks_of_root(parent: Template) -> dict[str, BlockNode]:
    """Blocks of a template that extends none; one that does brings its own when it is rendered."""
    first = next((node for node in parent.nodelist if not isinstance(node, TextNode)), None)
    if first is None or isinstance(first, ExtendsNode):
        return {}
    return {node.name: node for node in parent.nodelist.get_nodes_by_type(BlockNode)}


def fold(nodes: NodeList, engine: Engine) -> None:
    """Fold a parsed template in place; what stands below its nodes first."""
    folded: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        for below in _below(node):
            fold(below, engine)
        if type(node) in (CommentNode, LoadNode):
            continue
        if is_constant(node, engine):
            run.append(node)
            continue
        folded += [*_joined(run), _quick(node)]
        run = []
    nodes[:] = [*folded, *_joined(run)]


def _below(node: Node) -> Iterable[NodeList]:
    if isinstance(node, AutoEscapeControlNode):
        return ()
    if isinstance(node, IfNode):
        return [inner for _condition, inner in node.conditions_nodelists]
    return [below for name in node.child_nodelists if (below := getattr(node, name, None))]


def _joined(run: list[Node]) -> list[Node]:
    if not run:
        return []
    if all(type(node) is TextNode for node in run):
        return [TextNode("".join(node.s for node in run))] if len(run) > 1 else run
    return [Kept(run)]


def _quick(node: Node) -> Node:
    """The same node by a shorter way, where there is one."""
    if type(node) is VariableNode:
        quick: Node = PlainVariable(node.filter_expression)
        quick.token, quick.origin = node.token, getattr(node, "origin", None)
        return quick
    if type(node) is ExtendsNode:
        heir = Heir.__new__(Heir)
        heir.__dict__.update(node.__dict__)
        return heir
    if type(node) is URLNode and node.asvar and _is_constant_address(node):
        return KeptAddress(node)
    return node


def is_constant(node: Node, engine: Engine) -> bool:
    """Whether the node's text depends on the language alone."""
    kind = type(node)
    if kind is TextNode or kind is Kept:
        return True
    if kind is TranslateNode:
        return not node.asvar and node.message_context is None and _is_literal(node.filter_expression)
    if kind is BlockTranslateNode:
        return not (node.extra_context or node.plural or node.asvar or node.message_context) and all(
            token.token_type == TokenType.TEXT for token in node.singular
        )
    if kind is StaticNode:
        return not node.varname and _is_literal(node.path)
    if kind is URLNode:
        return not node.asvar and _is_constant_address(node)
    return kind is IncludeNode and _is_constant_include(node, engine)


def _is_literal(expression: FilterExpression) -> bool:
    """A text or number, perhaps to be translated, without a filter."""
    literal = not isinstance(expression.var, Variable) or expression.var.lookups is None
    return literal and not expression.filters


def _is_constant_address(node: URLNode) -> bool:
    return not node.args and not node.kwargs and _is_literal(node.view_name)


def _is_constant_include(node: IncludeNode, engine: Engine) -> bool:
    """``include "name" with … only``, all values constant, of a template that looks at nothing but its values."""
    values = node.extra_context.values()
    if not (node.isolated_context and _is_literal(node.template) and all(map(_is_literal, values))):
        return False
    return _is_closed_template(node.template.var, engine)


def _is_closed_template(name: object, engine: Engine) -> bool:
    """Whether the included template looks at nothing but the values it is given and the language."""
    try:
        return isinstance(name, str) and not name.startswith(".") and _is_closed(engine.get_template(name).nodelist, engine)
    except (TemplateDoesNotExist, RecursionError):
        return False


def _is_closed(nodes: NodeList, engine: Engine) -> bool:
    return all(_is_closed_node(node, engine) for node in nodes)


def _is_closed_node(node: Node, engine: Engine) -> bool:
    kind = type(node)
    if kind in (VariableNode, PlainVariable):
        return _is_pure(node.filter_expression)
    if kind is FirstOfNode:
        return all(map(_is_pure, node.vars))
    if kind is IncludeNode and node.isolated_context and _is_literal(node.template):
        return all(map(_is_pure, node.extra_context.values())) and _is_closed_template(node.template.var, engine)
    if kind is IfNode:
        return all(
            (condition is None or _is_pure_condition(condition)) and _is_closed(inner, engine)
            for condition, inner in node.conditions_nodelists
        )
    return is_constant(node, engine)


def _is_pure(expression: FilterExpression) -> bool:
    return all(function in PURE_FILTERS for function, _arguments in expression.filters)


def _is_pure_condition(condition: object) -> bool:
    if isinstance(condition, TemplateLiteral):
        return _is_pure(condition.value)
    parts = [part for name in ("first", "second") if (part := getattr(condition, name, None)) is not None]
    return bool(parts) and all(map(_is_pure_condition, parts))
