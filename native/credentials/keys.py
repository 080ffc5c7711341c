"""Credentials from the configuration's keys.

Law: a key's id depends on the key, its address and, where it has one, its proxy alone, so that rotation keeps its order
over restarts; equal keys are told apart by a count.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

from native.config import Config
from native.credentials.credential import Credential
from native.credentials.entries import Key, OpenAICompatibility

NAMELESS = OpenAICompatibility()
"""What a provider without a name serves: nothing."""


class Names:
    """Makes ids: a kind and a short hash of what makes the credential itself."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def next(self, kind: str, *parts: str) -> tuple[str, str]:
        """An id and its short part."""
        text = kind.encode() + b"".join(b"\0" + part.strip().encode() for part in parts)
        short = sha256(text).hexdigest()[:12]
        count = self._seen[kind + ":" + short]
        self._seen[kind + ":" + short] += 1
        if count:
            short = f"{short}-{count}"
        return f"{kind}:{short}", short


def credentials(config: Config, now: float) -> list[Credential]:
    """Every credential the configuration holds, in the legacy's order."""
    names = Names()
    found = [
        *_keys(names, "gemini", config.gemini_api_key),
        *_keys(names, "claude", config.claude_api_key),
        *_keys(names, "codex", config.codex_api_key),
    ]
    named = {"": NAMELESS}
    for provider in config.openai_compatibility:
        found.extend(_compatible(names, provider, named.setdefault(provider.name.lower(), provider)))
    for key in config.vertex_api_key:
        cid, short = names.next("vertex:apikey", key.api_key, key.base_url, key.proxy_url)
        found.append(_credential(cid, "vertex", f"config:vertex-apikey[{short}]", key))
    for credential in found:
        credential.created_at = credential.updated_at = now
    return found


def _keys(names: Names, provider: str, entries: Sequence[Key]) -> Iterator[Credential]:
    for key in entries:
        if key.api_key.strip():
            cid, short = names.next(f"{provider}:apikey", key.api_key, key.base_url)
            yield _credential(cid, provider, f"config:{provider}[{short}]", key)


def _credential(cid: str, provider: str, source: str, key: Key) -> Credential:
    return Credential(
        id=cid,
        provider=provider,
        label=f"{provider}-apikey",
        prefix=key.prefix,
        proxy_url=key.proxy_url,
        api_key=key.api_key.strip(),
        base_url=key.base_url,
        headers=key.headers,
        priority=key.priority,
        websockets=bool(getattr(key, "websockets", False)),
        entry=key,
        attributes={"source": source, "auth_kind": "apikey"},
        excluded=key.excluded_models,
    )


def _compatible(names: Names, provider: OpenAICompatibility, first: OpenAICompatibility) -> Iterator[Credential]:
    """A provider's credentials; their models are those of the first that is named so."""
    name = provider.name.lower() or "openai-compatibility"
    kind = f"openai-compatibility:{name}"
    entries = provider.api_key_entries
    identities: list[tuple[str, ...]] = [
        (e.api_key.strip(), provider.base_url, e.proxy_url.strip()) for e in entries
    ] or [(provider.base_url,)]
    for index, identity in enumerate(identities):
        cid, short = names.next(kind, *identity)
        yield Credential(
            id=cid,
            provider=name,
            kind="apikey" if entries and entries[index].api_key.strip() else "",
            label=provider.name,
            prefix=provider.prefix,
            proxy_url=entries[index].proxy_url.strip() if entries else "",
            api_key=entries[index].api_key.strip() if entries else "",
            base_url=provider.base_url,
            headers=provider.headers,
            priority=provider.priority,
            entry=first,
            attributes={"source": f"config:{name}[{short}]", "compat_name": provider.name, "provider_key": name},
        )
