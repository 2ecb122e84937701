"""The alliance graph as GraphML, which Gephi, yEd, Cytoscape and networkx open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as Xml

from archive.graph import Graph, Link, Node
from core.clock import iso

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NODE = {"label": "string", "type": "string", "country": "string", "parent": "string", "first": "string",
         "partners": "int", "alliances": "int"}
_EDGE = {"type": "string", "status": "string", "alive": "boolean", "topics": "string", "first": "string",
         "last": "string", "outlets": "int", "stories": "string", "sentence": "string", "article": "long",
         "url": "string"}
# XML 1.0 has no place for these, not even as references.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graphml(graph: Graph) -> str:
    """The document. An organisation's id is its name; an edge is a link, with the evidence that speaks for it."""
    root = Xml.Element("graphml", {"xmlns": _NAMESPACE})
    for kind, keys in (("node", _NODE), ("edge", _EDGE)):
        for name, type_ in keys.items():
            Xml.SubElement(root, "key", {"id": f"{kind}_{name}", "for": kind, "attr.name": name, "attr.type": type_})
    inside = Xml.SubElement(root, "graph", {"edgedefault": "undirected"})
    for node in graph.nodes:
        _data(Xml.SubElement(inside, "node", {"id": _text(node.name)}), "node", _of_node(node))
    for link in graph.links:
        ends = {"source": _text(link.a), "target": _text(link.b)}
        _data(Xml.SubElement(inside, "edge", ends), "edge", _of_link(link))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _of_node(node: Node) -> dict[str, Any]:
    return {"label": node.name, **{name: getattr(node, name) for name in _NODE if name != "label"}}


def _of_link(link: Link) -> dict[str, Any]:
    said = link.evidence
    return {**{name: getattr(link, name) for name in ("type", "status", "alive", "topics", "first", "last", "outlets")},
            "stories": [str(one.story) for one in link.alliances],
            "sentence": said.sentence, "article": said.article, "url": said.url}


def _data(element: Xml.Element, kind: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None:
            Xml.SubElement(element, "data", {"key": f"{kind}_{name}"}).text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return iso(value) or ""
    if not isinstance(value, str) and isinstance(value, Iterable):
        return "; ".join(map(_text, value))
    return _NO_XML.sub("\ufffd", str(value))
