"""Headers of model files."""

from __future__ import annotations

from rag.types import Turn

INST = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token }}{% else %}{{ raise_exception('no') }}{% endif %}"
    "{% endfor %}"
)
THREE = (
    Turn("user", "the river"),
    Turn("assistant", "a"),
    Turn("user", "the"),
    Turn("assistant", "é я"),
    Turn("user", "b?"),
)
