"""Imagen behind a service account: Gemini's request as a prompt, its pictures as Gemini's answer.

Everything that is special about drawing lives here. Law: pure; the request is read from the client's own body, in
Gemini's form or in a chat's.
"""

from typing import Any

import orjson

from native.failure import Failure
from native.turn import Json
from native.wire.loose import MISSING, get, integer, text


def asked(body: Any) -> Json:
    """What Imagen is asked. Raises `Failure` where nothing says what to draw."""
    prompt = _prompt(body)
    if not prompt:
        raise Failure("imagen: no prompt found in request")
    instance: Json = {"prompt": prompt}
    parameters: Json = {"sampleCount": 1}
    if (ratio := get(body, "aspectRatio")) is not MISSING:
        parameters["aspectRatio"] = text(ratio)
    if (count := get(body, "sampleCount")) is not MISSING:
        parameters["sampleCount"] = integer(count)
    if (unwanted := get(body, "negativePrompt")) is not MISSING:
        instance["negativePrompt"] = text(unwanted)
    return {"instances": [instance], "parameters": parameters}


def told(answer: bytes, tree: Any, model: str, now: float) -> bytes:
    """Gemini's answer with the pictures; the answer itself where it has no list of them."""
    predictions = get(tree, "predictions")
    if not isinstance(predictions, list):
        return answer
    parts = [
        {"inlineData": {"mimeType": text(get(drawn, "mimeType")) or "image/png", "data": data}}
        for drawn in predictions
        if (data := text(get(drawn, "bytesBase64Encoded")))
    ]
    content = {"parts": parts, "role": "model"}
    counts = {"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}
    return orjson.dumps(
        {
            "candidates": [{"content": content, "finishReason": "STOP"}],
            "responseId": f"imagen-{int(now * 1e9)}",
            "modelVersion": model,
            "usageMetadata": counts,
        }
    )


def _prompt(body: Any) -> str:
    said = text(get(body, "contents", 0, "parts", 0, "text"))
    messages = get(body, "messages")
    if not said and isinstance(messages, list):
        said = next((content for one in messages if (content := text(get(one, "content")))), "")
    return said or text(get(body, "prompt"))
