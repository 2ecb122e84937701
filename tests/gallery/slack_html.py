"""Slack's blocks as a page that looks much as Slack shows them, to see a message without a workspace."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
body{margin:0;background:#fff;color:#1d1c1d;font:15px/1.46 Lato,'Noto Sans',-apple-system,'Segoe UI',sans-serif}
.message{display:flex;gap:8px;padding:8px 16px 8px 20px;max-width:720px}
.face{flex:none;width:36px;height:36px;border-radius:6px;background:#1264a3;color:#fff;font:700 18px/36px sans-serif;
text-align:center}.what{min-width:0;flex:1}.who b{font-weight:900}.app{background:#e8e8e8;color:#616061;font-size:10px;
padding:1px 3px;border-radius:2px;margin:0 6px 0 4px;vertical-align:1px}.at{color:#616061;font-size:12px}
h3{font-size:18px;line-height:1.3;margin:6px 0 2px}.context{color:#616061;font-size:13px;line-height:1.4;margin:4px 0;
white-space:pre-wrap}.text{margin:6px 0 2px;white-space:pre-wrap}.text,.context,blockquote{overflow-wrap:anywhere}
blockquote{margin:4px 0;padding-left:12px;border-left:4px solid #ddd;white-space:pre-wrap}a{color:#1264a3;
text-decoration:none}hr{border:0;border-top:1px solid #e3e3e3;margin:10px 0}img{display:block;max-width:min(100%,360px);
border:1px solid #e3e3e3;border-radius:8px;margin:6px 0}.replies{border-left:2px solid #e3e3e3;margin-left:38px}
.small .face{width:24px;height:24px;line-height:24px;font-size:13px}.section{font-weight:700;margin:12px 0 2px}
.buttons{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}.buttons span{border:1px solid #bbb;border-radius:4px;
padding:4px 12px;font-weight:700;font-size:13px}
"""


def page(thread: Sequence[Mapping[str, Any]], pictures: Mapping[str, bytes]) -> str:
    """A message and the replies in its thread. `pictures` are the uploaded files, by id."""
    first, *replies = [_message(payload["blocks"], pictures, small=number > 0) for number, payload in enumerate(thread)]
    below = f'<div class="replies">{"".join(replies)}</div>' if replies else ""
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<style>{_STYLE}</style></head><body>{first}{below}</body></html>")


def _message(blocks: Sequence[Mapping[str, Any]], pictures: Mapping[str, bytes], *, small: bool) -> str:
    body = "".join(_block(block, pictures) for block in blocks)
    name = '<div class="who"><b>Pactwatch</b> <span class="app">APP</span><span class="at">8:00 AM</span></div>'
    return (f'<div class="message{" small" if small else ""}"><div class="face">P</div>'
            f'<div class="what">{name}{body}</div></div>')


def _block(block: Mapping[str, Any], pictures: Mapping[str, bytes]) -> str:
    kind = block["type"]
    if kind == "header":
        return f"<h3>{escape(block['text']['text'])}</h3>"
    if kind == "divider":
        return "<hr>"
    if kind == "section":
        return f'<div class="section">{block["text"]["text"].strip("*")}</div>'
    if kind == "context":
        texts = [element["text"] for element in block["elements"]]
        return "".join(f'<div class="context">{escape(text)}</div>' for text in texts if text.strip())
    if kind == "image":
        data = base64.b64encode(pictures[block["slack_file"]["id"]]).decode()
        title = f'<div class="context">{escape(block["title"]["text"])}</div>' if "title" in block else ""
        return f'{title}<img src="data:image/png;base64,{data}" alt="{escape(block["alt_text"])}">'
    if kind == "actions":
        names = (element.get("text", element.get("placeholder", {})).get("text", "⋯") for element in block["elements"])
        return f'<div class="buttons">{"".join(f"<span>{escape(name)}</span>" for name in names)}</div>'
    return "".join(_rich(element) for element in block["elements"])


def _rich(element: Mapping[str, Any]) -> str:
    inner = "".join(map(_piece, element["elements"]))
    quoted = element["type"] == "rich_text_quote"
    return f"<blockquote>{inner}</blockquote>" if quoted else f'<div class="text">{inner}</div>'


def _piece(piece: Mapping[str, Any]) -> str:
    text = escape(piece["text"])
    if piece["type"] == "link":
        return f'<a href="{escape(piece["url"])}">{text}</a>'
    return f"<b>{text}</b>" if piece.get("style", {}).get("bold") else text
