"""What a page is made of, its words and numbers left out: pages of one shape are wrong in the same places.

Axe looks at each shape once in a run, whoever meets it first, in whichever file of tests.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from playwright.sync_api import Page

#: Of an element: what it is, what its looks and its meaning hang on, whether it says something, whether
#: what it refers to is there. In a list things of one shape count once; those beyond the second are removed:
#: two tell as much as a hundred, and stand beside each other as a hundred would.
SHAPE = r"""() => {
  const REFERS = ['for', 'list', 'headers', 'aria-labelledby', 'aria-describedby', 'aria-controls'];
  const SPEAKS = ['class', 'role', 'type', 'lang', 'dir', 'scope', 'tabindex', 'autocomplete', 'target',
    'fill', 'stroke', 'content', 'http-equiv', 'data-state', 'data-bs-theme', 'media', 'sandbox'];
  const LISTS = ['UL', 'OL', 'DL', 'TBODY', 'SELECT', 'OPTGROUP', 'DATALIST', 'svg', 'g'];
  const ids = {};
  for (const e of document.querySelectorAll('[id]')) ids[e.id] = (ids[e.id] || 0) + 1;
  const attribute = ({name, value}) => {
    if (REFERS.includes(name)) return `${name}=${value.trim().split(/\s+/).map(id => ids[id] || 0)}`;
    if (name === 'id') return `id=${ids[value]}`;
    const speaks = SPEAKS.includes(name) || /^aria-(?!label$)/.test(name);
    if (speaks) return `${name}=${value.replace(/\d+/g, '#')}`;
    return `${name}${value.trim() ? '' : '='}`;
  };
  const part = node => node.nodeType === Node.ELEMENT_NODE ? shape(node)
    : node.nodeType === Node.TEXT_NODE && node.data.trim() ? 'words' : '';
  const thinned = list => {
    const times = {};
    for (const node of [...list.childNodes]) {
      const one = part(node);
      times[one] = (times[one] || 0) + 1;
      if (one && times[one] > 2) node.remove();
    }
    return Object.keys(times);
  };
  const shape = element => {
    const parts = LISTS.includes(element.tagName) ? thinned(element) : [...element.childNodes].map(part);
    const own = [...element.attributes].map(attribute).sort();
    return `<${[element.tagName, ...own].join(' ')}>${parts.join('')}</>`;
  };
  return shape(document.documentElement);
}"""


def of(page: Page) -> str:
    """The shape of the page that stands in this window, as a short name; its long lists become short."""
    return hashlib.sha256(str(page.evaluate(SHAPE)).encode()).hexdigest()


def is_known(shape: str) -> bool:
    """Whether somebody in this run has found nothing wrong with it."""
    return _list().exists() and shape in _list().read_text().split()


def remember(shape: str) -> None:
    """Let everybody in this run know that nothing is wrong with it."""
    with _list().open("a") as known:
        known.write(f"{shape}\n")


def _list() -> Path:
    return Path(os.environ["IMC_TEST_SHARED"]) / "shapes"
