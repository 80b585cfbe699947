"""A document's text and rules as plain data, whatever form they are then given.

Each node is a dict with `kind`: `heading` (level, text), `paragraph` (runs), `list` (ordered,
items: lists of nodes), `quote` (nodes), `table` (rows of cells of runs, the first the head),
`code` (text) and `rule` (label, title, said). A run is a text with `strong` and `emphasis`.
Nothing in it is markup: what the author wrote as HTML or in another language is text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from sammanhang.guideline.explain_html import (
    is_block,
    label_of,
    said_in_block,
    without_front_matter,
)
from sammanhang.guideline.model import Document, Process

Node = dict[str, Any]


def content(process: Process) -> list[Node]:
    """The document and after it what is laid on it; levels of headings are never skipped."""
    nodes: list[Node] = []
    for document in (process.document, *process.additions):
        found = list(_document(document, process))
        if found[:1] == [] or found[0]["kind"] != "heading" or found[0]["level"] != 1:
            found.insert(0, {"kind": "heading", "level": 1, "text": document.title})
        nodes += found
    before = 0
    for node in nodes:
        if node["kind"] == "heading":
            before = node["level"] = min(node["level"], before + 1)
    return nodes


def front(process: Process) -> str:
    """The document's level, version, first day and body, as one line."""
    document = process.document
    said = [document.level.value.capitalize(), f"version {document.version}"]
    if document.in_force_from:
        said.append(f"gäller från {document.in_force_from.isoformat()}")
    if document.adopted_by:
        said.append(f"antagen av {document.adopted_by}")
    return ", ".join(said)


def _document(document: Document, process: Process) -> Iterator[Node]:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(without_front_matter(document.text))
    return _nodes(SyntaxTreeNode(tokens), process)


def _nodes(parent: SyntaxTreeNode, process: Process) -> Iterator[Node]:
    for node in parent.children:
        match node.type:
            case "heading":
                text = "".join(run["text"] for run in _runs(node)).strip()
                if text:
                    yield {"kind": "heading", "level": int(node.tag[1:]), "text": text}
            case "paragraph":
                yield {"kind": "paragraph", "runs": list(_runs(node))}
            case "bullet_list" | "ordered_list":
                items = [list(_nodes(item, process)) for item in node.children]
                ordered = node.type == "ordered_list"
                yield {"kind": "list", "ordered": ordered, "items": items}
            case "blockquote":
                yield {"kind": "quote", "nodes": list(_nodes(node, process))}
            case "table":
                rows = [row for part in node.children for row in part.children]
                cells = [[list(_runs(cell)) for cell in row.children] for row in rows]
                yield {"kind": "table", "rows": cells}
            case "fence" | "code_block":
                yield _block(node, process)
            case _:
                pass


def _block(node: SyntaxTreeNode, process: Process) -> Node:
    if node.token is None or not is_block(node.token):
        return {"kind": "code", "text": node.content.rstrip()}
    kind, name, *_ = [*node.info.split(), ""]
    title, said = said_in_block(kind, name, process)
    label = f"{label_of(kind)} {name}".strip()
    said = said or node.content.rstrip().split("\n")
    return {"kind": "rule", "label": label, "title": title, "said": said}


def _runs(
    node: SyntaxTreeNode, *, strong: bool = False, emphasis: bool = False
) -> Iterator[dict[str, Any]]:
    for child in node.children:
        match child.type:
            case "inline" | "strong" | "em" | "link":
                yield from _runs(
                    child,
                    strong=strong or child.type == "strong",
                    emphasis=emphasis or child.type == "em",
                )
                address = str(child.attrs.get("href", "")) if child.type == "link" else ""
                if address.startswith(("http://", "https://")):
                    yield _run(f" ({address})", strong, emphasis)
            case "softbreak" | "hardbreak":
                yield _run(" ", strong, emphasis)
            case _:
                yield _run(child.content, strong, emphasis)


def _run(text: str, strong: bool, emphasis: bool) -> dict[str, Any]:
    return {"text": text, "strong": strong, "emphasis": emphasis}
